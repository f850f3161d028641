-- What undoing a large change needs to know, in parts that are read one by one.
CREATE TABLE "ChangePart" (
    "changeId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "detail" JSONB NOT NULL,

    PRIMARY KEY ("changeId", "number"),
    CONSTRAINT "ChangePart_changeId_fkey" FOREIGN KEY ("changeId") REFERENCES "DatasetChange" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
