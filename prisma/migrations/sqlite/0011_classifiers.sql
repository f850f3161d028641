-- Classifiers in use, with all their versions.
CREATE TABLE "Classifier" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "current" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE UNIQUE INDEX "Classifier_name_key" ON "Classifier"("name");
CREATE TABLE "ClassifierVersion" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "classifierId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "encoder" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "space" TEXT,
    "datasetId" TEXT,
    "comparisonId" TEXT,
    "frozen" JSONB NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ClassifierVersion_classifierId_fkey" FOREIGN KEY ("classifierId") REFERENCES "Classifier" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "ClassifierVersion_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE SET NULL ON UPDATE CASCADE,
    CONSTRAINT "ClassifierVersion_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "ClassifierVersion_classifierId_number_key" ON "ClassifierVersion"("classifierId", "number");
CREATE INDEX "ClassifierVersion_datasetId_idx" ON "ClassifierVersion"("datasetId");
CREATE INDEX "ClassifierVersion_comparisonId_idx" ON "ClassifierVersion"("comparisonId");
