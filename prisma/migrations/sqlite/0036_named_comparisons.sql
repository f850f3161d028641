-- What a person calls a comparison and notes about it, and when it was put away. It can be taken back until it is deleted.
ALTER TABLE "Comparison" ADD COLUMN "name" TEXT;
ALTER TABLE "Comparison" ADD COLUMN "notes" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Comparison" ADD COLUMN "discardedAt" DATETIME;
CREATE INDEX "Comparison_discardedAt_idx" ON "Comparison"("discardedAt");
