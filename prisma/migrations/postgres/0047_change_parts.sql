-- What undoing a large change needs to know, in parts that are read one by one.
CREATE TABLE "ChangePart" (
    "changeId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "detail" JSONB NOT NULL,

    CONSTRAINT "ChangePart_pkey" PRIMARY KEY ("changeId", "number")
);
ALTER TABLE "ChangePart" ADD CONSTRAINT "ChangePart_changeId_fkey" FOREIGN KEY ("changeId") REFERENCES "DatasetChange"("id") ON DELETE CASCADE ON UPDATE CASCADE;
