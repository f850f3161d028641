-- Numbers of images, kept by triggers, so that nobody counts rows.
CREATE TABLE "ImageCount" (
    "datasetId" TEXT NOT NULL,
    "classIndex" INTEGER NOT NULL,
    "split" TEXT NOT NULL,
    "images" INTEGER NOT NULL,
    PRIMARY KEY ("datasetId", "classIndex", "split"),
    CONSTRAINT "ImageCount_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "ImageCount" SELECT "datasetId", "classIndex", "split", COUNT(*) FROM "DatasetImage" GROUP BY "datasetId", "classIndex", "split";

-- How often images of the dataset were moved or removed, or came back to an earlier place.
ALTER TABLE "Dataset" ADD COLUMN "revision" INTEGER NOT NULL DEFAULT 0;

-- Each trigger is one line, because a line that ends in a semicolon ends a statement.
CREATE TRIGGER "DatasetImage_added" AFTER INSERT ON "DatasetImage" BEGIN INSERT INTO "ImageCount" VALUES (NEW."datasetId", NEW."classIndex", NEW."split", 1) ON CONFLICT DO UPDATE SET "images" = "images" + 1; UPDATE "Dataset" SET "revision" = "revision" + 1 WHERE "id" = NEW."datasetId" AND EXISTS (SELECT 1 FROM "DatasetImage" WHERE "datasetId" = NEW."datasetId" AND "position" > NEW."position"); END;
CREATE TRIGGER "DatasetImage_removed" AFTER DELETE ON "DatasetImage" BEGIN UPDATE "ImageCount" SET "images" = "images" - 1 WHERE "datasetId" = OLD."datasetId" AND "classIndex" = OLD."classIndex" AND "split" = OLD."split"; UPDATE "Dataset" SET "revision" = "revision" + 1 WHERE "id" = OLD."datasetId"; END;
CREATE TRIGGER "DatasetImage_moved" AFTER UPDATE OF "classIndex", "split" ON "DatasetImage" BEGIN UPDATE "ImageCount" SET "images" = "images" - 1 WHERE "datasetId" = OLD."datasetId" AND "classIndex" = OLD."classIndex" AND "split" = OLD."split"; INSERT INTO "ImageCount" VALUES (NEW."datasetId", NEW."classIndex", NEW."split", 1) ON CONFLICT DO UPDATE SET "images" = "images" + 1; UPDATE "Dataset" SET "revision" = "revision" + 1 WHERE "id" = OLD."datasetId"; END;

-- For draws and fingerprints, and for pages of a dataset, of a class and of a split.
DROP INDEX "DatasetImage_datasetId_split_classIndex_idx";
CREATE INDEX "DatasetImage_datasetId_split_classIndex_imageId_idx" ON "DatasetImage"("datasetId", "split", "classIndex", "imageId");
CREATE INDEX "DatasetImage_datasetId_position_idx" ON "DatasetImage"("datasetId", "position");
CREATE INDEX "DatasetImage_datasetId_classIndex_position_idx" ON "DatasetImage"("datasetId", "classIndex", "position");
CREATE INDEX "DatasetImage_datasetId_split_position_idx" ON "DatasetImage"("datasetId", "split", "position");
