-- Work on a classifier in the background: making a version of one, or evaluating one.
CREATE TYPE "ClassifierJobKind" AS ENUM ('CREATE', 'UPDATE', 'EVALUATE');
CREATE TABLE "ClassifierJob" (
    "id" TEXT NOT NULL,
    "kind" "ClassifierJobKind" NOT NULL,
    "classifierName" TEXT NOT NULL,
    "classifierId" TEXT,
    "version" INTEGER,
    "datasetId" TEXT,
    "input" JSONB NOT NULL,
    "result" JSONB,
    "images" INTEGER NOT NULL DEFAULT 0,
    "done" INTEGER NOT NULL DEFAULT 0,
    "status" "JobStatus" NOT NULL DEFAULT 'QUEUED',
    "starts" INTEGER NOT NULL DEFAULT 0,
    "error" TEXT,
    "errorCode" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),
    CONSTRAINT "ClassifierJob_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "ClassifierJob_datasetId_idx" ON "ClassifierJob"("datasetId");
CREATE INDEX "ClassifierJob_classifierId_idx" ON "ClassifierJob"("classifierId");
CREATE INDEX "ClassifierJob_status_idx" ON "ClassifierJob"("status");
ALTER TABLE "ClassifierJob" ADD CONSTRAINT "ClassifierJob_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE SET NULL ON UPDATE CASCADE;
