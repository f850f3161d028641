-- CreateTable
CREATE TABLE "Dataset" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "ClassLabel" (
    "datasetId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "prompts" JSONB NOT NULL,

    PRIMARY KEY ("datasetId", "index"),
    CONSTRAINT "ClassLabel_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Image" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "width" INTEGER NOT NULL,
    "height" INTEGER NOT NULL,
    "format" TEXT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- CreateTable
CREATE TABLE "DatasetImage" (
    "position" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "datasetId" TEXT NOT NULL,
    "imageId" TEXT NOT NULL,
    "classIndex" INTEGER NOT NULL,
    "split" TEXT NOT NULL,
    CONSTRAINT "DatasetImage_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "DatasetImage_imageId_fkey" FOREIGN KEY ("imageId") REFERENCES "Image" ("id") ON DELETE RESTRICT ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SupportSet" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "datasetId" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "shots" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "augmentations" INTEGER NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "SupportSet_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "SupportSetImage" (
    "supportSetId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "imageId" TEXT NOT NULL,
    "classIndex" INTEGER NOT NULL,

    PRIMARY KEY ("supportSetId", "position"),
    CONSTRAINT "SupportSetImage_supportSetId_fkey" FOREIGN KEY ("supportSetId") REFERENCES "SupportSet" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Run" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "fingerprint" TEXT NOT NULL,
    "datasetId" TEXT NOT NULL,
    "supportSetId" TEXT,
    "encoder" TEXT NOT NULL,
    "method" TEXT NOT NULL,
    "space" TEXT,
    "shots" INTEGER NOT NULL,
    "seed" INTEGER NOT NULL,
    "augmentations" INTEGER NOT NULL,
    "selection" TEXT NOT NULL,
    "klScaling" TEXT NOT NULL,
    "fixed" JSONB NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "progress" REAL NOT NULL DEFAULT 0,
    "error" TEXT,
    "selectionImages" INTEGER,
    "selectionAccuracy" REAL,
    "hyperparameters" JSONB,
    "accuracy" REAL,
    "top5Accuracy" REAL,
    "calibrationError" REAL,
    "testImages" INTEGER,
    "encodeMs" REAL,
    "searchMs" REAL,
    "scoreMs" REAL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" DATETIME,
    CONSTRAINT "Run_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "Run_supportSetId_fkey" FOREIGN KEY ("supportSetId") REFERENCES "SupportSet" ("id") ON DELETE SET NULL ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Comparison" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "fingerprint" TEXT NOT NULL,
    "datasetId" TEXT NOT NULL,
    "encoder" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'QUEUED',
    "progress" REAL NOT NULL DEFAULT 0,
    "error" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" DATETIME,
    CONSTRAINT "Comparison_datasetId_fkey" FOREIGN KEY ("datasetId") REFERENCES "Dataset" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "ComparisonRun" (
    "comparisonId" TEXT NOT NULL,
    "position" INTEGER NOT NULL,
    "runId" TEXT NOT NULL,

    PRIMARY KEY ("comparisonId", "position"),
    CONSTRAINT "ComparisonRun_comparisonId_fkey" FOREIGN KEY ("comparisonId") REFERENCES "Comparison" ("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "ComparisonRun_runId_fkey" FOREIGN KEY ("runId") REFERENCES "Run" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateIndex
CREATE UNIQUE INDEX "Dataset_name_key" ON "Dataset"("name");

-- CreateIndex
CREATE UNIQUE INDEX "ClassLabel_datasetId_name_key" ON "ClassLabel"("datasetId", "name");

-- CreateIndex
CREATE INDEX "DatasetImage_datasetId_split_classIndex_idx" ON "DatasetImage"("datasetId", "split", "classIndex");

-- CreateIndex
CREATE INDEX "DatasetImage_imageId_idx" ON "DatasetImage"("imageId");

-- CreateIndex
CREATE UNIQUE INDEX "DatasetImage_datasetId_imageId_key" ON "DatasetImage"("datasetId", "imageId");

-- CreateIndex
CREATE UNIQUE INDEX "SupportSet_fingerprint_key" ON "SupportSet"("fingerprint");

-- CreateIndex
CREATE INDEX "SupportSet_datasetId_idx" ON "SupportSet"("datasetId");

-- CreateIndex
CREATE INDEX "Run_fingerprint_idx" ON "Run"("fingerprint");

-- CreateIndex
CREATE INDEX "Run_datasetId_idx" ON "Run"("datasetId");

-- CreateIndex
CREATE INDEX "Run_status_idx" ON "Run"("status");

-- CreateIndex
CREATE INDEX "Comparison_datasetId_idx" ON "Comparison"("datasetId");

-- CreateIndex
CREATE INDEX "Comparison_fingerprint_idx" ON "Comparison"("fingerprint");

-- CreateIndex
CREATE INDEX "Comparison_status_idx" ON "Comparison"("status");

-- CreateIndex
CREATE INDEX "ComparisonRun_runId_idx" ON "ComparisonRun"("runId");
