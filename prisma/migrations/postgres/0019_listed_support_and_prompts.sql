-- The support images of a comparison that was asked for with a list of them.
ALTER TYPE "Drawing" ADD VALUE 'LISTED';
CREATE TABLE "ComparisonSupportImage" (
    "comparisonId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "imageId" TEXT NOT NULL,
    CONSTRAINT "ComparisonSupportImage_pkey" PRIMARY KEY ("comparisonId", "position")
);
ALTER TABLE "ComparisonSupportImage" ADD CONSTRAINT "ComparisonSupportImage_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- How many prompts a class had.
ALTER TABLE "Run" ADD COLUMN "leastPrompts" INTEGER;
ALTER TABLE "Run" ADD COLUMN "meanPrompts" DOUBLE PRECISION;
ALTER TABLE "Run" ADD COLUMN "mostPrompts" INTEGER;
