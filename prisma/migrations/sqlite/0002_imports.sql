-- CreateTable
CREATE TABLE "Import" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT,
    "archive" TEXT NOT NULL,
    "file" TEXT NOT NULL,
    "splitRule" JSONB NOT NULL,
    "updatePrompts" BOOLEAN NOT NULL,
    "datasetId" TEXT,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "files" INTEGER,
    "position" INTEGER NOT NULL DEFAULT 0,
    "added" INTEGER NOT NULL DEFAULT 0,
    "duplicates" INTEGER NOT NULL DEFAULT 0,
    "rejectedCount" INTEGER NOT NULL DEFAULT 0,
    "rejected" JSONB NOT NULL,
    "error" TEXT,
    "errorCode" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" DATETIME,
    CONSTRAINT "Import_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateIndex
CREATE INDEX "Import_datasetId_idx" ON "Import"("datasetId");

-- CreateIndex
CREATE INDEX "Import_status_idx" ON "Import"("status");
