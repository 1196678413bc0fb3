"""The letters of the demonstration, for a stranger without a mail server."""

from django.core.mail import EmailMessage

from lms.views.demo import demo_mail


def test_the_mail_of_the_demonstration_reads_accents_and_fine_spaces_as_they_were_written(settings, tmp_path, rf):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    words = "Terminé\u00a0: «\u202fà l’école\u202f»\u202f!"
    file = tmp_path / "letter.log"
    file.write_bytes(EmailMessage("Été", words, to=["nadia@example.org"]).message().as_bytes())
    (shown,) = demo_mail(rf.get("/demo/courrier/")).context_data["letters"]
    assert (shown["subject"], shown["text"].strip()) == ("Été", words)
