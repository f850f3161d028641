/** The predicted class of every test image: the input of a comparison's tests and of a run's confusion matrix. */
export interface Predictions {
  /** [N]: the true class of each test image. */
  readonly labels: Int32Array
  /** [N]: the predicted class. */
  readonly predicted: Int32Array
  /** [N]: the probability of the predicted class; files of earlier versions lack it. */
  readonly confidence?: Float32Array
  /** [N]: how many classes are more probable than the true one; files of earlier versions lack it. */
  readonly rank?: Int32Array
  /** The same on the dataset's own test images, where these are another dataset's; files of earlier versions lack it. */
  readonly unshifted?: { readonly labels: Int32Array; readonly predicted: Int32Array }
}
