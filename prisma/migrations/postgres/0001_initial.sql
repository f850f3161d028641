-- CreateEnum
CREATE TYPE "Split" AS ENUM ('SUPPORT_POOL', 'VALIDATION', 'TEST');

-- CreateEnum
CREATE TYPE "Selection" AS ENUM ('VALIDATION', 'LEAVE_ONE_OUT', 'NONE');

-- CreateEnum
CREATE TYPE "KlScaling" AS ENUM ('FROZEN', 'BATCH');

-- CreateEnum
CREATE TYPE "JobStatus" AS ENUM ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED');

-- CreateTable
CREATE TABLE "Dataset" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Dataset_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ClassLabel" (
    "datasetId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "prompts" JSONB NOT NULL,

    CONSTRAINT "ClassLabel_pkey" PRIMARY KEY ("datasetId","index")
);

-- CreateTable
CREATE TABLE "Image" (
    "id" TEXT NOT NULL,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "format" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Image_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DatasetImage" (
    "position" SERIAL NOT NULL,
    "datasetId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "classIndex" INTEGER NOT NULL,
    "split" "Split" NOT NULL,

    CONSTRAINT "DatasetImage_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "SupportSet" (
    "id" TEXT NOT NULL,
    "datasetId" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "shots" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "augmentations" INTEGER NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "SupportSet_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SupportSetImage" (
    "supportSetId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "imageId" TEXT NOT NULL,
    "classIndex" INTEGER NOT NULL,

    CONSTRAINT "SupportSetImage_pkey" PRIMARY KEY ("supportSetId","position")
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "datasetId" TEXT NOT NULL,
    "supportSetId" TEXT,
    "encoder" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "space" TEXT,
    "shots" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "augmentations" INTEGER NOT NULL,
    "selection" "Selection" NOT NULL,
    "klScaling" "KlScaling" NOT NULL,
    "fixed" JSONB NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'QUEUED',
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "error" TEXT,
    "selectionImages" INTEGER,
    "selectionAccuracy" DOUBLE PRECISION,
    "hyperparameters" JSONB,
    "accuracy" DOUBLE PRECISION,
    "top5Accuracy" DOUBLE PRECISION,
    "calibrationError" DOUBLE PRECISION,
    "testImages" INTEGER,
    "encodeMs" DOUBLE PRECISION,
    "searchMs" DOUBLE PRECISION,
    "scoreMs" DOUBLE PRECISION,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "Run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Comparison" (
    "id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "datasetId" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'QUEUED',
    "progress" DOUBLE PRECISION NOT NULL DEFAULT 0,
    "error" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "Comparison_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ComparisonRun" (
    "comparisonId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "runId" TEXT NOT NULL,

    CONSTRAINT "ComparisonRun_pkey" PRIMARY KEY ("comparisonId","position")
);

-- CreateIndex
CREATE UNIQUE INDEX "Dataset_name_key" ON "Dataset"("name");

-- CreateIndex
CREATE UNIQUE INDEX "ClassLabel_datasetId_name_key" ON "ClassLabel"("datasetId", "name");

-- CreateIndex
CREATE INDEX "DatasetImage_datasetId_split_classIndex_idx" ON "DatasetImage"("datasetId", "split", "classIndex");

-- CreateIndex
CREATE INDEX "DatasetImage_imageId_idx" ON "DatasetImage"("imageId");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetImage_datasetId_imageId_key" ON "DatasetImage"("datasetId", "imageId");

-- CreateIndex
CREATE UNIQUE INDEX "SupportSet_fingerprint_key" ON "SupportSet"("fingerprint");

-- CreateIndex
CREATE INDEX "SupportSet_datasetId_idx" ON "SupportSet"("datasetId");

-- CreateIndex
CREATE INDEX "Run_fingerprint_idx" ON "Run"("fingerprint");

-- CreateIndex
CREATE INDEX "Run_datasetId_idx" ON "Run"("datasetId");

-- CreateIndex
CREATE INDEX "Run_status_idx" ON "Run"("status");

-- CreateIndex
CREATE INDEX "Comparison_datasetId_idx" ON "Comparison"("datasetId");

-- CreateIndex
CREATE INDEX "Comparison_fingerprint_idx" ON "Comparison"("fingerprint");

-- CreateIndex
CREATE INDEX "Comparison_status_idx" ON "Comparison"("status");

-- CreateIndex
CREATE INDEX "ComparisonRun_runId_idx" ON "ComparisonRun"("runId");

-- AddForeignKey
ALTER TABLE "ClassLabel" ADD CONSTRAINT "ClassLabel_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetImage" ADD CONSTRAINT "DatasetImage_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "DatasetImage" ADD CONSTRAINT "DatasetImage_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SupportSet" ADD CONSTRAINT "SupportSet_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SupportSetImage" ADD CONSTRAINT "SupportSetImage_supportSetId_fkey" FOREIGN KEY ("supportSetId") REFERENCES "SupportSet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Run" ADD CONSTRAINT "Run_supportSetId_fkey" FOREIGN KEY ("supportSetId") REFERENCES "SupportSet"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Comparison" ADD CONSTRAINT "Comparison_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonRun" ADD CONSTRAINT "ComparisonRun_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ComparisonRun" ADD CONSTRAINT "ComparisonRun_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
