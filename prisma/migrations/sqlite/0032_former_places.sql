-- Where test images were before they were moved or removed, so that what was measured on them stays true.
ALTER TABLE "DatasetImage" ADD COLUMN "since" INTEGER NOT NULL DEFAULT 0;
CREATE TABLE "FormerPlace" (
    "id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "datasetId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "imageId" TEXT NOT NULL,
    "classIndex" INTEGER NOT NULL,
    "since" INTEGER NOT NULL,
    "until" INTEGER NOT NULL,
    CONSTRAINT "FormerPlace_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "FormerPlace_datasetId_until_idx" ON "FormerPlace"("datasetId", "until");
-- Until now nothing changed that a run was measured on.
ALTER TABLE "Run" ADD COLUMN "testRevision" INTEGER;
UPDATE "Run" SET "testRevision" = (SELECT "revision" FROM "Dataset" WHERE "id" = COALESCE("Run"."testDatasetId", "Run"."datasetId")) WHERE "status" = 'SUCCEEDED';
