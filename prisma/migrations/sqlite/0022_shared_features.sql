-- Features in an object store: immutable segments with the images that each has.
CREATE TABLE "FeatureSegment" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "encoder" TEXT NOT NULL,
    "space" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "images" BLOB NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE INDEX "FeatureSegment_encoder_space_recipe_idx" ON "FeatureSegment"("encoder", "space", "recipe");
-- A transaction that updates a row waits for others that did.
CREATE TABLE "Turn" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "count" INTEGER NOT NULL DEFAULT 0
);
INSERT INTO "Turn" ("name") VALUES ('comparisons');
INSERT INTO "Turn" ("name") VALUES ('images');
INSERT INTO "Turn" ("name") VALUES ('features');
