-- A classifier's answers to the images of a dataset, written in parts.
CREATE TYPE "ClassificationFormat" AS ENUM ('CSV', 'PARQUET');
CREATE TABLE "DatasetClassification" (
    "id" TEXT NOT NULL,
    "classifierId" TEXT NOT NULL,
    "classifierName" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "datasetId" TEXT,
    "split" "Split",
    "unlabelled" BOOLEAN NOT NULL,
    "topK" INTEGER NOT NULL,
    "format" "ClassificationFormat" NOT NULL,
    "images" INTEGER NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'QUEUED',
    "starts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "errorCode" TEXT,
    "startedAt" TIMESTAMP(3),
    "doneBefore" INTEGER NOT NULL DEFAULT 0,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),
    CONSTRAINT "DatasetClassification_pkey" PRIMARY KEY ("id")
);
CREATE TABLE "ClassificationPart" (
    "id" TEXT NOT NULL,
    "classificationId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "above" INTEGER NOT NULL,
    "upTo" INTEGER NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'QUEUED',
    "starts" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "unread" INTEGER NOT NULL DEFAULT 0,
    "bytes" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "ClassificationPart_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "DatasetClassification_datasetId_idx" ON "DatasetClassification"("datasetId");
CREATE INDEX "DatasetClassification_classifierId_idx" ON "DatasetClassification"("classifierId");
CREATE INDEX "DatasetClassification_status_idx" ON "DatasetClassification"("status");
CREATE UNIQUE INDEX "ClassificationPart_classificationId_number_key" ON "ClassificationPart"("classificationId", "number");
ALTER TABLE "DatasetClassification" ADD CONSTRAINT "DatasetClassification_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE;
ALTER TABLE "ClassificationPart" ADD CONSTRAINT "ClassificationPart_classificationId_fkey" FOREIGN KEY ("classificationId") REFERENCES "DatasetClassification"("id") ON DELETE CASCADE ON UPDATE CASCADE;
