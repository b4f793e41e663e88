package nbtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// An object is a JSON object that is being taken apart; what names it in
// messages.
type object struct {
	fields map[string]any
	what   string
}

// object returns the field as an object, empty where it has none.
func (o object) object(field string) map[string]any {
	if m, ok := o.fields[field].(map[string]any); ok {
		return m
	}
	return map[string]any{}
}

// text returns the field as one string; files hold it whole or line by line.
func (o object) text(field string) (string, error) {
	s, err := joinText(o.fields[field])
	if err != nil {
		return "", fmt.Errorf("%s of %s %w", field, o.what, err)
	}
	return s, nil
}

func joinText(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case []any:
		var b strings.Builder
		for _, line := range v {
			s, ok := line.(string)
			if !ok {
				return "", errors.New("is not text; " + restore)
			}
			b.WriteString(s)
		}
		return b.String(), nil
	}
	return "", errors.New("is not text; " + restore)
}

// count returns the execution count, 0 for null.
func (o object) count() (int, error) {
	v, ok := o.fields["execution_count"]
	if !ok || v == nil {
		return 0, nil
	}
	if n, ok := v.(json.Number); ok {
		if i, err := n.Int64(); err == nil && i >= 0 && i < 1<<31 {
			return int(i), nil
		}
	}
	return 0, fmt.Errorf("has the execution count %v, which is not a whole number; run the notebook again", v)
}

// only refuses fields that are not known, for writing would lose them.
func (o object) only(known []string) error {
	for field := range o.fields {
		if !slices.Contains(known, field) {
			return fmt.Errorf("%s has a field %q that format 4.5 does not know; remove it", o.what, field)
		}
	}
	return nil
}
