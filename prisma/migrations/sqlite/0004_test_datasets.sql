-- A run may be tested on another dataset of the same classes than it was fitted on.
ALTER TABLE "Run" ADD COLUMN "testDatasetId" TEXT REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Run" ADD COLUMN "unshiftedAccuracy" REAL;
ALTER TABLE "Comparison" ADD COLUMN "testDatasetId" TEXT REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE INDEX "Run_testDatasetId_idx" ON "Run"("testDatasetId");
CREATE INDEX "Comparison_testDatasetId_idx" ON "Comparison"("testDatasetId");
