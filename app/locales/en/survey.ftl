survey-title = Please rate
survey-description = A short form about how { $unit } served you.
survey-notice-who = This form is run by { $agency } to learn how satisfied people are with the service of { $unit }.
survey-notice-names = It neither asks for nor stores your name, telephone or identity number.
survey-notice-seen = Those who served you cannot see it; results are published only as figures of ten people or more.
survey-notice-free = Answering is voluntary. You may skip questions or stop at any time.
survey-details = Details
survey-detail-stored = What is stored: your answers, the desk, the date and how long you took. The network address of your device is not.
survey-detail-device = While you answer, your answers are kept on this device for up to 24 hours so that nothing is lost; sending or deleting them ends that.
survey-detail-published = Figures are published by month, quarter, year and campaign, never for a single form.
survey-detail-remark = Remarks reach the office a month later at the earliest, shuffled and without a date.
survey-detail-hotline = For a complaint that needs an answer, please call { $hotline }.
survey-wording-official = The wording is that of the form as decided.
survey-wording-abridged = The wording is shortened from the form as decided.
survey-wording-reconstructed = The wording is put together from reports about the form.
survey-wording-own = The wording was written by this project.
survey-length = The form has { $count ->
    [one] one part
   *[other] { $n } parts
 }. You can look over your answers before sending.
survey-start = Start
survey-next = Continue
survey-back = Back
survey-send = Send
survey-progress = Part { $at } / { $total }
survey-yes = Yes
survey-no = No
survey-added = A further question that follows from your answer
survey-hint-several = You may choose several.
survey-hint-at-most = Choose at most { $n }.
survey-hint-length = At most { $n } characters.
survey-hint-no-names = Please do not write anyone’s name, telephone or identity number.
survey-hint-sensitive = This question is about sensitive personal data. You may skip it.
survey-hint-required = This question needs an answer.
survey-code = One-time code
survey-code-hint = The 16 letters and digits on your invitation. Nothing records which code sent which form.
survey-error-summary = { $count ->
    [one] One place needs a look
   *[other] { $n } places need a look
 }
survey-error-required = Please choose or type an answer.
survey-error-range = Please type a number from { $min } to { $max }.
survey-error-number = Please type a whole number, such as 35.
survey-error-date = Please give day, month and year.
survey-error-too-long = Please write at most { $max } characters.
survey-error-too-many = Please choose at most { $max }.
survey-error-code = This code is not right, please check each character.
survey-error-other = Please look at this answer again.
survey-review-title = Look over your answers
survey-review-count = You answered { $given } of { $asked } questions.
survey-review-complete = You answered every question. Press Send to finish.
survey-review-missing = These questions have no answer yet. Press one to answer it, or leave them empty and send.
survey-thanks-title = Sent. Thank you.
survey-thanks-text = Your answers join those of many others in the figures of this office.
survey-thanks-close = You may close this page.
survey-see-results = See the published results
survey-closed-title = This survey has ended
survey-closed-text = The survey about { $unit } ended on { $date }. Thank you for your interest.
survey-closed-next = Its results are on the results page.
survey-conflict = This form was sent before with other answers. To send the answers shown here as well, please press Send once more.
survey-code-used = This one-time code has been used. Please check the code.
survey-busy = The server is busy and the form was not sent. All answers are still here; please press Send again in a few seconds.
survey-changed = The form has just been replaced. Please look over your answers and send them.
survey-draft-restored = The answers you gave on this device earlier are back.
survey-draft-unfinished = There is an unfinished form on this device.
survey-draft-resume = Go on with it
survey-draft-discard = Delete it and start again
survey-unchoose = Take back
