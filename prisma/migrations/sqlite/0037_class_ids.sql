-- A class has an id that stays when it is renamed, when others come or go, and when its deletion is undone. SQLite cannot add a
-- column that must have a value of its own, so the table is made anew.
CREATE TABLE "NewClassLabel" (
    "id" TEXT NOT NULL,
    "datasetId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "prompts" JSONB NOT NULL,

    PRIMARY KEY ("datasetId", "index"),
    CONSTRAINT "ClassLabel_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "NewClassLabel" ("id", "datasetId", "index", "name", "prompts")
SELECT
    lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))),
    "datasetId", "index", "name", "prompts"
FROM "ClassLabel";
DROP TABLE "ClassLabel";
ALTER TABLE "NewClassLabel" RENAME TO "ClassLabel";
CREATE UNIQUE INDEX "ClassLabel_id_key" ON "ClassLabel"("id");
CREATE UNIQUE INDEX "ClassLabel_datasetId_name_key" ON "ClassLabel"("datasetId", "name");
