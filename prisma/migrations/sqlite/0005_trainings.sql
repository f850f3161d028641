-- Adapters in the making.
CREATE TABLE "Training" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "datasetId" TEXT,
    "lastImage" INTEGER NOT NULL,
    "settings" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "steps" INTEGER NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "losses" JSONB NOT NULL,
    "imagesPerSecond" REAL,
    "error" TEXT,
    "errorCode" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" DATETIME,
    CONSTRAINT "Training_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE INDEX "Training_datasetId_idx" ON "Training"("datasetId");
CREATE INDEX "Training_status_idx" ON "Training"("status");
