-- Work on a classifier in the background: making a version of one, or evaluating one.
CREATE TABLE "ClassifierJob" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "classifierName" TEXT NOT NULL,
    "classifierId" TEXT,
    "version" INTEGER,
    "datasetId" TEXT,
    "input" JSONB NOT NULL,
    "result" JSONB,
    "images" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "starts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "errorCode" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" DATETIME,
    CONSTRAINT "ClassifierJob_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "ClassifierJob_datasetId_idx" ON "ClassifierJob"("datasetId");
CREATE INDEX "ClassifierJob_classifierId_idx" ON "ClassifierJob"("classifierId");
CREATE INDEX "ClassifierJob_status_idx" ON "ClassifierJob"("status");
