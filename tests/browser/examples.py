"""An address for each route that a browser can open. A new route without one here fails the sweep."""

import base64
import hashlib
import hmac
import re
import struct
import time
from dataclasses import dataclass, field

from playwright.sync_api import Page

PASSWORD = "correct horse battery staple"


@dataclass
class Examples:
    """Addresses by the name of their route, for each of three visitors: nobody, an owner of the demo, and a newcomer whose
    workspace is empty.
    """

    nobody: dict[str, str] = field(default_factory=dict)
    owner: dict[str, str] = field(default_factory=dict)
    newcomer: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        return {name.partition(" ")[0] for each in (self.nobody, self.owner, self.newcomer) for name in each}


def find_examples(live) -> Examples:
    """What can be told from the demo's data; `visit_as_newcomer` adds what takes a visit."""
    workspace = f"/w/{live.demo['workspace']}"
    [(account,)] = live.rows("select account_id from tracking_seat group by 1 order by count(*) desc limit 1")
    [(climber,)] = live.rows(
        """select s.person_id from milestones_progress p join milestones_enrollment e on e.id = p.enrollment_id
           join tracking_seat s on s.id = e.seat_id group by 1 order by count(p.reached_at) desc limit 1"""
    )
    [(ladder,)] = live.rows("select key from milestones_ladder order by position limit 1")
    [(rung,)] = live.rows(
        """select r.key from milestones_rung r join milestones_ladder l on l.live_id = r.version_id
           where l.key = %s order by r.position limit 1""",
        [ladder],
    )
    [(segment,)] = live.rows(
        "select key from milestones_segment where workspace_id = (select min(workspace_id) from milestones_segment) order by key limit 1"
    )
    [(question,)] = live.rows("select key from milestones_question order by position limit 1")
    [(told,)] = live.rows("select account_id from milestones_answers order by number desc, account_id limit 1")
    [(feature,)] = live.rows("select key from milestones_feature order by key limit 1")
    [(nudge,)] = live.rows("select id from playbooks_nudge order by id limit 1")
    [(session,)] = live.rows("select id from playbooks_session where state = 'held' order by id limit 1")
    [(keeper,)] = live.rows("select min(id) from tenancy_member")
    choices = _mailed(live, "", r"/n/[^/\s]+/(?!stop)")
    examples = Examples()
    examples.nobody = {
        "checklist": live.demo["checklist_url"].replace(live.demo["base_url"], ""),
        "session-ask": f"{live.demo['checklist_url'].replace(live.demo['base_url'], '')}session/{rung}/",
        "help-home": f"/h/{live.demo['public_id']}/",
        "help-home search": f"/h/{live.demo['public_id']}/?q=publish",
        "help-changes": f"/h/{live.demo['public_id']}/changes/",
        "help-article": f"/h/{live.demo['public_id']}/connect-your-first-data-source/",
        "checklist-by-mail": f"/m/{live.demo['public_id']}/",
        "preferences": choices,
        "unsubscribe": f"{choices}stop/",
        "sandbox": "/sandbox/",
        "mailbox": "/mailbox/",
        "account_login": "/accounts/login/",
        "account_signup": "/accounts/signup/",
        "account_inactive": "/accounts/inactive/",
        "account_reset_password": "/accounts/password/reset/",
        "account_reset_password_done": "/accounts/password/reset/done/",
        "account_reset_password_from_key_done": "/accounts/password/reset/key/done/",
        "account_email_verification_sent": "/accounts/confirm-email/",
        "api-docs": "/api/v1/docs/",
    }
    examples.owner = {
        "home": f"{workspace}/",
        "account-list": f"{workspace}/accounts/",
        "account-detail": f"{workspace}/accounts/{account}/",
        "account-list narrowed": f"{workspace}/accounts/?pace=stalled&owner=nobody",
        "account-activity": f"{workspace}/accounts/{account}/activity/",
        "account-work": f"{workspace}/accounts/{account}/work/",
        "person-messages": f"{workspace}/people/{climber}/messages/",
        "member-hand-over": f"{workspace}/team/{keeper}/hand-over/",
        "review-list": f"{workspace}/review/",
        "note-list": f"{workspace}/review/notes/?rung={rung}",
        "band-list": f"{workspace}/insight/bands/",
        "nudge-effect": f"{workspace}/insight/nudges/{nudge}/",
        "session-effect": f"{workspace}/insight/sessions/",
        "article-list": f"{workspace}/help/",
        "article-edit": f"{workspace}/help/publish-a-dashboard-people-open-twice/",
        "session-list": f"{workspace}/sessions/?whose=all",
        "session-new": f"{workspace}/sessions/new/?account={account}",
        "session-hours": f"{workspace}/sessions/hours/",
        "session-detail": f"{workspace}/sessions/{session}/",
        "account-plan": f"{workspace}/accounts/{told}/plan/",
        "account-discovery": f"{workspace}/accounts/{told}/discovery/",
        "question-list": f"{workspace}/discovery/",
        "question-detail": f"{workspace}/discovery/{question}/",
        "person-list": f"{workspace}/people/",
        "person-detail": f"{workspace}/people/{climber}/",
        "ladder-list": f"{workspace}/ladders/",
        "ladder-detail": f"{workspace}/ladders/{ladder}/",
        "segment-list": f"{workspace}/segments/",
        "segment-new": f"{workspace}/segments/new/",
        "segment-detail": f"{workspace}/segments/{segment}/",
        "feature-list": f"{workspace}/features/",
        "feature-detail": f"{workspace}/features/{feature}/",
        "milestone-list": f"{workspace}/milestones/",
        "milestone-new": f"{workspace}/milestones/new/",
        "milestone-detail": f"{workspace}/milestones/{rung}/",
        "ladder-new": f"{workspace}/ladders/new/",
        "ladder-draft": f"{workspace}/ladders/{ladder}/draft/",
        "ladder-draft rung": f"{workspace}/ladders/{ladder}/draft/?rung={rung}",
        "draft-publish": f"{workspace}/ladders/{ladder}/draft/publish/",
        "enroll-list": f"{workspace}/ladders/{ladder}/enroll/",
        "ladder-preview": f"{workspace}/ladders/{ladder}/preview/?role=operator&day=3&done=1&width=phone",
        "ladder-preview-frame": f"{workspace}/ladders/{ladder}/preview/frame/?role=power_user&day=9&done=2",
        "version-wording": f"{workspace}/ladders/{ladder}/versions/1/wording/{rung}/",
        "version-compare": f"{workspace}/ladders/{ladder}/compare/",
        "event-list": f"{workspace}/events/",
        "event-catalogue": f"{workspace}/events/catalogue/",
        "source-list": f"{workspace}/sources/",
        "member-list": f"{workspace}/team/",
        "settings": f"{workspace}/settings/",
        "role-list": f"{workspace}/settings/roles/",
        "test-people": f"{workspace}/settings/tests/",
        "workspace-new": "/workspaces/new/",
        "executive-view": f"{workspace}/insight/",
        "executive-view one role": f"{workspace}/insight/?period=30&role=operator",
        "people-behind": f"{workspace}/insight/people/?what=reached&step={rung}",
        "explorer": f"{workspace}/insight/explore/",
        "explorer by two dimensions": f"{workspace}/insight/explore/?measure=reach.{rung}&rows=account.industry&columns=role&compare=1",
        "ninety-days": f"{workspace}/insight/ninety-days/",
        "cohorts": f"{workspace}/insight/cohorts/?rows=account.plan",
        "outcomes": f"{workspace}/insight/outcomes/",
        "validity": f"{workspace}/insight/validity/",
        "report-list": f"{workspace}/reports/",
        "report-new": f"{workspace}/reports/new/",
        "report-new of an account": f"{workspace}/reports/new/?account={account}",
        "report-detail": f"{workspace}/reports/1/",
        "report-detail of the board": f"{workspace}/reports/2/",
        "metric-list": f"{workspace}/insight/definitions/",
        "counting": f"{workspace}/settings/counting/",
        "metric-detail": f"{workspace}/insight/definitions/stuck/",
        "playbook-list": f"{workspace}/playbook/",
        "playbook-page": f"{workspace}/playbook/step/publish-dashboard/",
        "playbook-page not written": f"{workspace}/playbook/step/retire-spreadsheet/",
        "playbook-edit": f"{workspace}/playbook/step/publish-dashboard/edit/",
        "playbook-editions": f"{workspace}/playbook/step/publish-dashboard/editions/",
        "playbook-whole": f"{workspace}/playbook/whole/print/",
        "step-figures": f"{workspace}/insight/steps/{rung}/",
        "audit-trail": f"{workspace}/audit/",
        "notification-list": f"{workspace}/notifications/",
        "search": f"{workspace}/search/?q=no",
        "nudge-list": f"{workspace}/nudges/",
        "nudge-new": f"{workspace}/nudges/new/",
        "nudge-week": f"{workspace}/nudges/week/",
        "nudge-detail": f"{workspace}/nudges/{nudge}/",
        "nudge-detail with its week": f"{workspace}/nudges/{nudge}/?week=1",
        "nudge-edit": f"{workspace}/nudges/{nudge}/edit/",
        "attention": f"{workspace}/nudges/attention/",
        "message-list": f"{workspace}/messages/",
        "message-new": f"{workspace}/messages/new/",
        "message-detail": f"{workspace}/messages/first-dashboard-by-mail/",
        "message-detail in the product": f"{workspace}/messages/start-from-a-template/",
        "webhook-list": f"{workspace}/webhooks/",
        "webhook-detail": f"{workspace}/webhooks/1/",
        "webhook-message": f"{workspace}/webhooks/messages/1/",
        "task-list": f"{workspace}/tasks/?whose=everybody",
    }
    return examples


def sign_in(page: Page, live, email: str, password: str) -> None:
    page.goto(f"{live.url}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("form [type=submit]")
    page.wait_for_load_state()


def begin_draft(page: Page, live, address: str) -> None:
    """Open a draft of the ladder at this address, or go on with the one there is, so that its pages can be looked at."""
    page.goto(f"{live.url}{address}")
    page.click(".page-actions .btn-primary")
    page.wait_for_selector(".studio")


def make_guest_links(page: Page, live, examples: Examples) -> None:
    """What a customer without an account opens: their questions, and the kickoff to agree on."""
    page.goto(f"{live.url}{examples.owner['account-discovery']}")
    page.get_by_role("button", name="Make a link").click()
    examples.nobody["guest-questions"] = _link_shown(page, live)
    page.goto(f"{live.url}{examples.owner['account-plan']}")
    if page.get_by_role("button", name="Close it").count():  # the demo's own is agreed on; once closed, it stays so
        page.get_by_role("button", name="Close it").click()
    page.wait_for_selector("[name=done]")
    page.fill("[name=done]", "The second phase is done")
    page.fill("[name=done_on]", "2030-01-31")
    page.get_by_role("button", name="Save", exact=True).first.click()
    page.get_by_role("button", name="Make the customer’s link").click()
    examples.nobody["guest-kickoff"] = _link_shown(page, live)
    for name, state in (("session-choose", "asked"), ("session-choose booked", "booked")):
        [(session,)] = live.rows("select min(id) from playbooks_session where state = %s", [state])
        page.goto(f"{live.url}{examples.owner['session-list'].split('?')[0]}{session}/")
        examples.nobody[name] = "/" + page.input_value("#session-link").split("/", 3)[3]
    examples.nobody["session-stop"] = f"{examples.nobody['session-choose']}stop/"
    for name, passcode in (("shared-report", ""), ("shared-report behind a passcode", "seven-stones")):
        page.goto(f"{live.url}{examples.owner['report-detail']}")
        page.fill("[name=passcode]", passcode)
        page.click("text=Make a link")
        examples.nobody[name] = "/" + page.inner_text("#report-link").split("/", 3)[3]


def _link_shown(page: Page, live) -> str:
    page.wait_for_selector("#guest-link")
    return "/" + page.input_value("#guest-link").split("/", 3)[3]


def visit_as_newcomer(page: Page, live, examples: Examples, number: int) -> str:
    """Sign up, invite somebody, forget the password, turn on the second factor; the newcomer's address."""
    email = f"newcomer{number}@fern.example"
    page.goto(f"{live.url}/accounts/signup/")
    for name, text in {"email": email, "password1": PASSWORD, "name": "Nia Newcomer", "workspace_name": "Fern"}.items():
        if page.locator(f"[name={name}]").count():
            page.fill(f"[name={name}]", text)
    page.click("form [type=submit]")
    page.wait_for_url("**/w/**")
    slug = re.search(r"/w/([^/]+)/", page.url)[1]
    empty = (
        "home",
        "account-list",
        "person-list",
        "ladder-list",
        "event-list",
        "event-catalogue",
        "source-list",
        "member-list",
        "executive-view",
    )
    examples.newcomer = {
        f"{name} of nobody yet": examples.owner[name].replace(live.demo["workspace"], slug) for name in empty
    }
    examples.nobody["account_confirm_email"] = _mailed(live, email, r"/accounts/confirm-email/[^/\s]+/")
    page.goto(f"{live.url}/w/{slug}/team/")
    invited = f"invited{number}@fern.example"
    page.fill("[name=email]", invited)
    page.locator("form", has=page.locator("[name=email]")).locator("[type=submit]").click()
    page.wait_for_load_state()
    examples.nobody["invitation"] = _mailed(live, invited, r"/invitations/[^/\s]+/")
    examples.newcomer |= {
        "account_email": "/accounts/email/",
        "account_change_password": "/accounts/password/change/",
        "account_logout": "/accounts/logout/",
        "account_reauthenticate": "/accounts/reauthenticate/",
        "mfa_activate_totp": "/accounts/2fa/totp/activate/",
        "mfa_index": "/accounts/2fa/",
    }
    return email


def forget_password(page: Page, live, examples: Examples, email: str) -> None:
    page.goto(f"{live.url}/accounts/password/reset/")
    page.fill("[name=email]", email)
    page.click("form [type=submit]")
    page.wait_for_load_state()
    page.goto(f"{live.url}/mailbox/")
    page.locator("a[href*='/mailbox/']", has_text=email).first.click()
    examples.nobody["mailbox-mail"] = page.url.replace(live.url, "")
    examples.nobody["account_reset_password_from_key"] = _mailed(live, email, r"/accounts/password/reset/key/[^/\s]+/")


def confirm_address(page: Page, live, examples: Examples) -> None:
    """A second factor asks for an address that was confirmed."""
    page.goto(f"{live.url}{examples.nobody['account_confirm_email']}")
    page.locator("main form [type=submit], form [type=submit]").last.click()
    page.wait_for_load_state()


def turn_on_second_factor(page: Page, live) -> str:
    """Turn it on for whoever is signed in; the TOTP secret."""
    page.goto(f"{live.url}/accounts/2fa/totp/activate/")
    if "reauthenticate" in page.url:
        page.fill("[name=password]", PASSWORD)
        page.locator("form", has=page.locator("[name=password]")).locator("[type=submit]").click()
        page.wait_for_url("**/totp/activate/")
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.content().replace(" ", ""))[0]
    page.fill("[name=code]", one_time_code(secret))
    page.locator("form", has=page.locator("[name=code]")).locator("[type=submit]").click()
    page.wait_for_load_state()
    return secret


def one_time_code(secret: str) -> str:
    """RFC 6238 with its defaults."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def _mailed(live, address: str, pattern: str) -> str:
    """The address in the newest mail to somebody that looks like the pattern."""

    def look() -> str | None:
        for path in sorted((live.folder / "mail").glob("*"), key=lambda path: path.stat().st_mtime, reverse=True):
            text = path.read_text().replace("=\n", "")
            if address in text and (found := re.findall(pattern, text)):
                return found[-1]
        return None

    return live.eventually(look, f"a mail to {address} with {pattern}")
