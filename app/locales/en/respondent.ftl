skip-link = Skip to main content
demo-title = Synthetic data.
demo-text = The figures here were made by a computer to show the system; they are nobody’s opinion.
error-title-prefix = Error: { $title }
partial-note = What is not translated yet is shown in Vietnamese.
