-- Where the labels of an import come from.
ALTER TABLE "Import" ADD COLUMN "layout" TEXT NOT NULL DEFAULT '{}';
