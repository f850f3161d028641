-- Changes of datasets that can be undone, and the images that they removed.
CREATE TABLE "DatasetChange" (
    "id" TEXT NOT NULL,
    "datasetId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "detail" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "undoneAt" TIMESTAMP(3),
    CONSTRAINT "DatasetChange_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "DatasetChange_datasetId_idx" ON "DatasetChange"("datasetId");
CREATE INDEX "DatasetChange_createdAt_idx" ON "DatasetChange"("createdAt");
ALTER TABLE "DatasetChange" ADD CONSTRAINT "DatasetChange_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;
CREATE TABLE "RemovedImage" (
    "changeId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    CONSTRAINT "RemovedImage_pkey" PRIMARY KEY ("changeId", "imageId")
);
CREATE INDEX "RemovedImage_imageId_idx" ON "RemovedImage"("imageId");
ALTER TABLE "RemovedImage" ADD CONSTRAINT "RemovedImage_changeId_fkey" FOREIGN KEY ("changeId") REFERENCES "DatasetChange"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "RemovedImage" ADD CONSTRAINT "RemovedImage_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
