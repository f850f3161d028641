-- How many images of each class a support set takes.
ALTER TABLE "SupportSet" ADD COLUMN "drawing" TEXT NOT NULL DEFAULT 'EXACT';
ALTER TABLE "Run" ADD COLUMN "drawing" TEXT NOT NULL DEFAULT 'EXACT';
ALTER TABLE "Run" ADD COLUMN "leastPerClass" INTEGER;
ALTER TABLE "Run" ADD COLUMN "meanPerClass" REAL;
ALTER TABLE "Run" ADD COLUMN "mostPerClass" INTEGER;
