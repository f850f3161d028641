-- How many images of each class a support set takes.
CREATE TYPE "Drawing" AS ENUM ('EXACT', 'AT_MOST', 'ALL');
ALTER TABLE "SupportSet" ADD COLUMN "drawing" "Drawing" NOT NULL DEFAULT 'EXACT';
ALTER TABLE "Run" ADD COLUMN "drawing" "Drawing" NOT NULL DEFAULT 'EXACT';
ALTER TABLE "Run" ADD COLUMN "leastPerClass" INTEGER;
ALTER TABLE "Run" ADD COLUMN "meanPerClass" DOUBLE PRECISION;
ALTER TABLE "Run" ADD COLUMN "mostPerClass" INTEGER;
