-- What may not be meant in what was imported, and imports from elsewhere than an uploaded archive.
ALTER TABLE "Import" ADD COLUMN "inOtherSplit" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "Import" ADD COLUMN "warnings" JSONB NOT NULL DEFAULT '[]';
ALTER TABLE "Import" ADD COLUMN "source" JSONB;
