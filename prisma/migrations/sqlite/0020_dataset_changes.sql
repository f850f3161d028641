-- Changes of datasets that can be undone, and the images that they removed.
CREATE TABLE "DatasetChange" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "datasetId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "undoneAt" DATETIME,
    CONSTRAINT "DatasetChange_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "DatasetChange_datasetId_idx" ON "DatasetChange"("datasetId");
CREATE INDEX "DatasetChange_createdAt_idx" ON "DatasetChange"("createdAt");
CREATE TABLE "RemovedImage" (
    "changeId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    PRIMARY KEY ("changeId", "imageId"),
    CONSTRAINT "RemovedImage_changeId_fkey" FOREIGN KEY ("changeId") REFERENCES "DatasetChange" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "RemovedImage_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX "RemovedImage_imageId_idx" ON "RemovedImage"("imageId");
