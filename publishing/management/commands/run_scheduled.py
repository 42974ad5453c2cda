from typing import Any

from django.core.management import BaseCommand, CommandError
from django.utils import timezone

from publishing import due


class Command(BaseCommand):
    help = "Publishes and unpublishes what is scheduled for now or earlier. Meant for cron, as often as every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for outcome in due.run():
            schedule = outcome.schedule
            if outcome.error:
                failed += 1
                self.stderr.write(f"Not {schedule.action}ed: {outcome.error}")
            elif options["verbosity"]:
                at = timezone.localtime(schedule.at)
                self.stdout.write(f'"{schedule.item}" was {schedule.action}ed, as scheduled for {at:%Y-%m-%d %H:%M}.')
        if failed:
            raise CommandError(f"{failed} of what was scheduled could not be done. Look at it in the admin.")
