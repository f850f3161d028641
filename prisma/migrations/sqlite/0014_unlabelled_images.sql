-- Images of a dataset that have no label yet.
CREATE TABLE "UnlabelledImage" (
    "position" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "datasetId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    CONSTRAINT "UnlabelledImage_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "UnlabelledImage_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "UnlabelledImage_datasetId_imageId_key" ON "UnlabelledImage"("datasetId", "imageId");
CREATE INDEX "UnlabelledImage_imageId_idx" ON "UnlabelledImage"("imageId");
