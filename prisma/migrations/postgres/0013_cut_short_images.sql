-- JPEGs that end too early.
ALTER TABLE "Image" ADD COLUMN "cutShort" BOOLEAN NOT NULL DEFAULT false;
