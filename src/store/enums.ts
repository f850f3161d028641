// The enums of the database schema. The rest of the code imports them from here.
export {
  ClassificationFormat,
  ClassifierJobKind,
  Drawing,
  JobStatus,
  KlScaling,
  Search,
  Selection,
  Split,
} from './generated/sqlite/enums.js'
