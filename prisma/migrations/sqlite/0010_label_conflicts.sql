-- Images that came again as another class.
CREATE TABLE "LabelConflict" (
    "datasetId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "className" TEXT NOT NULL,
    PRIMARY KEY ("datasetId", "imageId", "className"),
    CONSTRAINT "LabelConflict_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
