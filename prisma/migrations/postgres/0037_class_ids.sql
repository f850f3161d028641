-- A class has an id that stays when it is renamed, when others come or go, and when its deletion is undone.
ALTER TABLE "ClassLabel" ADD COLUMN "id" TEXT;
UPDATE "ClassLabel" SET "id" = gen_random_uuid()::text;
ALTER TABLE "ClassLabel" ALTER COLUMN "id" SET NOT NULL;
CREATE UNIQUE INDEX "ClassLabel_id_key" ON "ClassLabel"("id");
