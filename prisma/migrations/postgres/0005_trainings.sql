-- Adapters in the making.
CREATE TABLE "Training" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "datasetId" TEXT,
    "lastImage" INTEGER NOT NULL,
    "settings" JSONB NOT NULL,
    "status" "JobStatus" NOT NULL DEFAULT 'QUEUED',
    "steps" INTEGER NOT NULL,
    "step" INTEGER NOT NULL DEFAULT 0,
    "losses" JSONB NOT NULL,
    "imagesPerSecond" DOUBLE PRECISION,
    "error" TEXT,
    "errorCode" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),
    CONSTRAINT "Training_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "Training_datasetId_idx" ON "Training"("datasetId");
CREATE INDEX "Training_status_idx" ON "Training"("status");
ALTER TABLE "Training" ADD CONSTRAINT "Training_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE;
