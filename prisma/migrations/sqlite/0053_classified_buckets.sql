-- What is classified may be the objects of a bucket, which are listed while it goes on.
ALTER TABLE "DatasetClassification" ADD COLUMN "bucket" TEXT;
ALTER TABLE "DatasetClassification" ADD COLUMN "isListed" BOOLEAN NOT NULL DEFAULT true;
ALTER TABLE "ClassificationPart" ADD COLUMN "afterKey" TEXT;
ALTER TABLE "ClassificationPart" ADD COLUMN "upToKey" TEXT;
