import { imageName } from './image-name.js'

/** Formats that may hold images or labels, and why they are not read. */
const unread: readonly (readonly [RegExp, string])[] = [
  [/\.mat$/i, "MATLAB's files are not read; write the paths and labels into a labels.csv"],
  [/\.(xlsx?|xlsm|ods|numbers)$/i, 'spreadsheets are not read; save it as .csv'],
  [
    /\.(zip|7z|rar|tar|gz|tgz|bz2|tbz2?|xz|txz|zst)$/i,
    'an archive in an archive is not opened; unpack it, and import its folder',
  ],
  [
    /\.(npy|npz|pkl|pickle|pt|pth|h5|hdf5|mdb|lmdb|tfrecords?(-\d+-of-\d+)?|rec|idx|bin|feather|arrow)$|idx\d-ubyte$|(^|\/)(data_batch_\d|test_batch|batches\.meta)$/i,
    'this format of arrays and records is not read; save the images as files',
  ],
  [/\.(parquet)$/i, 'a parquet file in an archive is not read; unpack the archive, and import its folder'],
  [/\.(xml)$/i, 'labels in XML are not read; write the paths and labels into a labels.csv'],
  [/\.(ya?ml)$/i, 'labels in YAML are not read; write the paths and labels into a labels.csv'],
  [/\.(cr[23]|nef|arw|dng|orf|rw2|raf)$/i, 'raw photographs are not read; save it as JPEG'],
  [/\.(mp4|mov|avi|mkv|webm|m4v|mpe?g)$/i, 'videos are not read; save their frames as images'],
  [/\.(dcm|dicom|nii|svs|ndpi)$/i, 'this medical format is not read; save it as PNG'],
  [/\.(svg|eps|psd|ai|pdf|exr|hdr|dds)$/i, 'this format is not read; save it as PNG'],
]

/** Why a file of a well-known format is not read; undefined for other files. */
export const unreadReason = (path: string): string | undefined =>
  unread.find(([pattern]) => pattern.test(path))?.[1]

/** Endings and names of files that are no images, whatever a folder of images without endings may have. */
const noImage =
  /\.(txt|csv|tsv|jsonl?|ndjson|manifest|lst|list|md|rst|html?|names|mat|m|py|ipynb|sh|log|ini|cfg|toml|ya?ml|xml|docx?|rtf|cls|label|caption)$|(^|\/)(readme|licen[cs]e|changelog|citation|makefile|dockerfile)$/i

/** Whether a file may be an image by its name. Names without an ending may be of images, and README is none. */
export const mayBeImage = (path: string): boolean =>
  imageName.test(path) || !(noImage.test(path) || unreadReason(path) !== undefined)
