-- Features in an object store: immutable segments with the images that each has.
CREATE TABLE "FeatureSegment" (
    "id" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "space" TEXT NOT NULL,
    "recipe" TEXT NOT NULL,
    "images" BYTEA NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "FeatureSegment_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "FeatureSegment_encoder_space_recipe_idx" ON "FeatureSegment"("encoder", "space", "recipe");
-- A transaction that updates a row waits for others that did.
CREATE TABLE "Turn" (
    "name" TEXT NOT NULL,
    "count" INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT "Turn_pkey" PRIMARY KEY ("name")
);
INSERT INTO "Turn" ("name") VALUES ('comparisons');
INSERT INTO "Turn" ("name") VALUES ('images');
INSERT INTO "Turn" ("name") VALUES ('features');
