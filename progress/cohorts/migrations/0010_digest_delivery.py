"""DigestSent is called DigestDelivery; its table keeps its name."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cohorts", "0009_email_opt_out")]

    operations = [
        migrations.AlterModelTable("digestsent", "cohorts_digestsent"),
        migrations.RenameModel("DigestSent", "DigestDelivery"),
    ]
