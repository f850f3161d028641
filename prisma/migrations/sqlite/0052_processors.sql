-- The kind of processor that makes features, which are not mixed within a comparison; and the workers that are alive.
ALTER TABLE "FeatureSegment" ADD COLUMN "processor" TEXT NOT NULL DEFAULT '';
ALTER TABLE "FeatureSegment" ADD COLUMN "processorModel" TEXT NOT NULL DEFAULT '';
ALTER TABLE "Run" ADD COLUMN "processor" TEXT;
ALTER TABLE "Comparison" ADD COLUMN "processor" TEXT;
CREATE TABLE "Worker" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "processor" TEXT NOT NULL,
    "kinds" TEXT NOT NULL,
    "seenAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
