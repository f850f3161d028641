-- The stable code of an error, for programs. Errors of earlier versions have none.
ALTER TABLE "Run" ADD COLUMN "errorCode" TEXT;
ALTER TABLE "Comparison" ADD COLUMN "errorCode" TEXT;
