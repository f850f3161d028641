-- How grids are searched, and how long that was expected to take.
ALTER TABLE "Run" ADD COLUMN "search" TEXT NOT NULL DEFAULT 'EXACT';
ALTER TABLE "Run" ADD COLUMN "estimatedSearchMs" REAL;
