ALTER TABLE "Run" ADD COLUMN "labelledImages" INTEGER;
ALTER TABLE "Run" ADD COLUMN "temperature" REAL;
