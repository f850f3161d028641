-- Where the labels of an import come from.
ALTER TABLE "Import" ADD COLUMN "layout" JSONB NOT NULL DEFAULT '{}';
