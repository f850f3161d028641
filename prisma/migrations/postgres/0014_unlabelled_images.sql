-- Images of a dataset that have no label yet.
CREATE TABLE "UnlabelledImage" (
    "position" SERIAL NOT NULL,
    "datasetId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    CONSTRAINT "UnlabelledImage_pkey" PRIMARY KEY ("position")
);
CREATE UNIQUE INDEX "UnlabelledImage_datasetId_imageId_key" ON "UnlabelledImage"("datasetId", "imageId");
CREATE INDEX "UnlabelledImage_imageId_idx" ON "UnlabelledImage"("imageId");
ALTER TABLE "UnlabelledImage" ADD CONSTRAINT "UnlabelledImage_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "UnlabelledImage" ADD CONSTRAINT "UnlabelledImage_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
