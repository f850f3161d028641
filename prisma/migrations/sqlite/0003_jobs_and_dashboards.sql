-- AlterTable
ALTER TABLE "Comparison" ADD COLUMN "lastImage" INTEGER;
ALTER TABLE "Comparison" ADD COLUMN "contents" TEXT;

-- CreateIndex
CREATE INDEX "Run_supportSetId_idx" ON "Run"("supportSetId");

-- CreateIndex
CREATE INDEX "Run_method_space_shots_idx" ON "Run"("method", "space", "shots");

-- CreateIndex
CREATE INDEX "Run_finishedAt_idx" ON "Run"("finishedAt");

-- CreateIndex
CREATE INDEX "Run_accuracy_idx" ON "Run"("accuracy");

-- CreateIndex
CREATE INDEX "Comparison_finishedAt_idx" ON "Comparison"("finishedAt");
