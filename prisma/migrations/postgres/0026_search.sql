-- How grids are searched, and how long that was expected to take.
CREATE TYPE "Search" AS ENUM ('EXACT', 'HALVING');
ALTER TABLE "Run" ADD COLUMN "search" "Search" NOT NULL DEFAULT 'EXACT';
ALTER TABLE "Run" ADD COLUMN "estimatedSearchMs" DOUBLE PRECISION;
