-- Numbers of images, kept by triggers, so that nobody counts rows.
CREATE TABLE "ImageCount" (
    "datasetId" TEXT NOT NULL,
    "classIndex" INTEGER NOT NULL,
    "split" "Split" NOT NULL,
    "images" INTEGER NOT NULL,
    CONSTRAINT "ImageCount_pkey" PRIMARY KEY ("datasetId", "classIndex", "split")
);
ALTER TABLE "ImageCount" ADD CONSTRAINT "ImageCount_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset"("id") ON DELETE CASCADE ON UPDATE CASCADE;
INSERT INTO "ImageCount" SELECT "datasetId", "classIndex", "split", COUNT(*) FROM "DatasetImage" GROUP BY "datasetId", "classIndex", "split";

-- How often images of the dataset were moved or removed, or came back to an earlier place.
ALTER TABLE "Dataset" ADD COLUMN "revision" INTEGER NOT NULL DEFAULT 0;

-- Each function is one line, because a line that ends in a semicolon ends a statement.
CREATE FUNCTION "count_added_images"() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN INSERT INTO "ImageCount" SELECT "datasetId", "classIndex", "split", COUNT(*) FROM "added" GROUP BY "datasetId", "classIndex", "split" ON CONFLICT ("datasetId", "classIndex", "split") DO UPDATE SET "images" = "ImageCount"."images" + EXCLUDED."images"; UPDATE "Dataset" SET "revision" = "revision" + 1 WHERE "id" IN (SELECT "came"."datasetId" FROM (SELECT "datasetId", MIN("position") AS "first", COUNT(*) AS "images" FROM "added" GROUP BY "datasetId") AS "came" WHERE (SELECT COUNT(*) FROM "DatasetImage" AS "all" WHERE "all"."datasetId" = "came"."datasetId" AND "all"."position" >= "came"."first") > "came"."images"); RETURN NULL; END $$;
CREATE FUNCTION "count_removed_images"() RETURNS TRIGGER LANGUAGE plpgsql AS $$ BEGIN UPDATE "ImageCount" AS "count" SET "images" = "count"."images" - "gone"."images" FROM (SELECT "datasetId", "classIndex", "split", COUNT(*) AS "images" FROM "removed" GROUP BY "datasetId", "classIndex", "split") AS "gone" WHERE "count"."datasetId" = "gone"."datasetId" AND "count"."classIndex" = "gone"."classIndex" AND "count"."split" = "gone"."split"; UPDATE "Dataset" SET "revision" = "revision" + 1 WHERE "id" IN (SELECT "datasetId" FROM "removed"); RETURN NULL; END $$;
CREATE TRIGGER "DatasetImage_added" AFTER INSERT ON "DatasetImage" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_added_images"();
CREATE TRIGGER "DatasetImage_removed" AFTER DELETE ON "DatasetImage" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_removed_images"();
-- An image that moves leaves one place and enters another.
CREATE TRIGGER "DatasetImage_moved_from" AFTER UPDATE ON "DatasetImage" REFERENCING OLD TABLE AS "removed" FOR EACH STATEMENT EXECUTE FUNCTION "count_removed_images"();
CREATE TRIGGER "DatasetImage_moved_to" AFTER UPDATE ON "DatasetImage" REFERENCING NEW TABLE AS "added" FOR EACH STATEMENT EXECUTE FUNCTION "count_added_images"();

-- For draws and fingerprints, and for pages of a dataset, of a class and of a split.
DROP INDEX "DatasetImage_datasetId_split_classIndex_idx";
CREATE INDEX "DatasetImage_datasetId_split_classIndex_imageId_idx" ON "DatasetImage"("datasetId", "split", "classIndex", "imageId");
CREATE INDEX "DatasetImage_datasetId_position_idx" ON "DatasetImage"("datasetId", "position");
CREATE INDEX "DatasetImage_datasetId_classIndex_position_idx" ON "DatasetImage"("datasetId", "classIndex", "position");
CREATE INDEX "DatasetImage_datasetId_split_position_idx" ON "DatasetImage"("datasetId", "split", "position");
