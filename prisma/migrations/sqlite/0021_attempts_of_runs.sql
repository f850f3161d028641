-- The attempt that may write a run's result, and how often the run was started without an orderly end.
ALTER TABLE "Run" ADD COLUMN "attempt" TEXT;
ALTER TABLE "Run" ADD COLUMN "starts" INTEGER NOT NULL DEFAULT 0;
