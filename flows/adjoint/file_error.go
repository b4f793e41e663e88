package adjoint

import "errors"

// What can be wrong with a file of a network; errors.Is finds it in the error of
// Load or Save.
var (
	// ErrForeign: the file is not one of this format.
	ErrForeign = errors.New("not a network file")
	// ErrTruncated: the file ends in the middle, or goes on after its end.
	ErrTruncated = errors.New("network file cut short or continued")
	// ErrVersion: the file is of another version of the format.
	ErrVersion = errors.New("network file of another version")
	// ErrChecksum: the content is not what was saved.
	ErrChecksum = errors.New("network file corrupt")
	// ErrUnknown: a layer or an activation that the format has no name for.
	ErrUnknown = errors.New("unknown to the network file format")
	// ErrShape: layers or parameters that do not fit together.
	ErrShape = errors.New("network file does not fit together")
	// ErrNotFinite: a parameter is NaN or infinite.
	ErrNotFinite = errors.New("network parameter not finite")
	// ErrSize: the file is larger than a network can be.
	ErrSize = errors.New("network file too large")
)

var fileRemedies = map[error]string{
	ErrForeign:   "give a file that Save wrote",
	ErrTruncated: "copy it again from where it is whole",
	ErrVersion:   "read it with the version of the program that wrote it, and save again with this one",
	ErrChecksum:  "restore it; after an edit by hand, make the network in code and Save it",
	ErrUnknown:   "use the layers of this package and the functions of package activation",
	ErrShape:     "make the network in code and Save it",
	ErrNotFinite: "an optimiser that diverged, perhaps: keep the parameters of before",
	ErrSize:      "it should be below 1 GiB",
}
