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
  /** [N]: the number of classes in the prediction set; missing if there is none. */
  readonly setSize?: Int32Array
  /** [N]: 1 if the prediction set holds the true class, otherwise 0. */
  readonly covered?: Int32Array
  /** For images of no class, [M]: the probability of the predicted class, and the number of classes in the prediction set. */
  readonly unknown?: { readonly confidence: Float32Array; readonly setSize?: Int32Array }
  /** The same on the dataset's own test images, where these are another dataset's; files of earlier versions lack it. */
  readonly unshifted?: { readonly labels: Int32Array; readonly predicted: Int32Array }
}
