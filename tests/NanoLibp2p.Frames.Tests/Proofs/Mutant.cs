using System;
using System.Collections.Generic;

namespace NanoLibp2p.Frames.Tests.Proofs;

/// <summary>A rule of SPEC.md taken out of the source.</summary>
/// <param name="Rule">Which.</param>
/// <param name="Edits">What is put in the place of what, in which file of NanoLibp2p.Frames or NanoLibp2p.Frames.Gateway.</param>
internal sealed record Mutant(string Rule, params (string File, string Find, string By)[] Edits)
{
    private const string Session = "DeviceSession.cs";
    private const string Attempts = "DeviceSession.Opening.cs";
    private const string Gateway = "FrameGateway.cs";
    private const string Openings = "FrameGateway.Openings.cs";
    private const string Radio = "FrameRadio.cs";
    private const string Store = "SqliteFrameStore.cs";
    private const string States = "FrameNode.Opening.cs";

    /// <summary>Whether it may show in episodes, which have a store and a link of their own.</summary>
    internal bool IsInEpisodes => !Array.Exists(Edits, edit => edit.File is Radio or Store or States);

    /// <summary>All of them.</summary>
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new("W1: no numbers set aside",
            (Session, "if (Record.IsKept && _next >= Record.Reserved)",
                "if (false)")),
        new("W1: stored after the frame went out",
            (Session, "if (Record.IsKept && _next >= Record.Reserved)",
                "if (false)"),
            (Session, """
                _events.OnSend(this, Body, frame, bytes);
                            return number;
                """,
                """
                _events.OnSend(this, Body, frame, bytes);
                            if (Record.IsKept && _next > Record.Reserved)
                            {
                                Record.Reserved = _next - 1 + _options.Reserve;
                                Save();
                            }

                            return number;
                """)),
        new("W2: acted on before the floor is stored",
            (Session, "if (acts && Record.IsKept)",
                "if (false)")),
        new("W3: attempt not stored before its first frame",
            (Attempts, """
                Record.Nd++;
                            if (!Save())
                """,
                """
                Record.Nd++;
                            if (false)
                """)),
        new("W4: root used before it is stored",
            (Attempts, """
                            if (!record.Save())
                            {
                                // the old root stands
                                return false;
                            }

                            _next = 0;
                            _heard = 0;
                            _isDormant = false;
                            SetKeys();
                            Begin(floor);
                            _events.OnOpen(this);
                            return true;
                """,
                """
                            _next = 0;
                            _heard = 0;
                            _isDormant = false;
                            SetKeys();
                            Begin(floor);
                            _events.OnOpen(this);
                            return record.Save();
                """)),
        new("W4: floor 0 after XX, whose end was number 0",
            (Attempts, "Take(_sid, Handshake.Time, 1,",
                "Take(_sid, Handshake.Time, 0,")),
        new("the kept bit: a volatile session goes on after a start",
            (Session, "_isDormant = !Record.IsKept;",
                "_isDormant = false;")),
        new("hedge: e made with the new hedge",
            ("FrameSecrets.cs", "Crypto.HmacSha256(hedge, offset, 32, scratch, 3, 37, key.PrivateKey, 0);",
                """
                byte[] later = new byte[68];
                                Array.Copy(_labels, Next >> 4, later, 0, 4);
                                Array.Copy(random, 0, later, 4, 32);
                                Crypto.HmacSha256(hedge, offset, 32, later, 0, 36, later, 36);
                                Crypto.HmacSha256(later, 36, 32, scratch, 3, 37, key.PrivateKey, 0);
                """)),
        new("G1: acted on before the window is stored",
            (Gateway, """
                            Call(proved, opened, taken, verdict);
                            _take(proved, taken);
                """,
                ""),
            (Gateway, """
                if (root.IsKept || taken != null || isProof)
                        {
                """,
                """
                if (taken != null)
                        {
                            Call(proved, opened, taken, verdict);
                            _take(proved, taken);
                        }

                        if (root.IsKept || taken != null || isProof)
                        {
                """)),
        new("G2: root answered before it is stored",
            (Openings, """
                Save(proved, null);
                                answer = Answered(proved.Next);
                """,
                """
                Put(proved);
                                answer = Answered(proved.Next);
                """)),
        new("G2: no numbers set aside with the root",
            (Openings, "Reserved = _options.Reserve,",
                "Reserved = 0,")),
        new("G3: the gateway's numbers are not set aside",
            (Gateway, "if (root.IsKept && live.NextNumber >= root.Reserved)",
                "if (false)")),
        new("G4: a volatile session goes on after a start",
            (Gateway, "Live(root).IsDormant = root.IsDormant || !root.IsKept;",
                "Live(root).IsDormant = root.IsDormant;")),
        new("G5: a restored store goes on as if nothing had happened",
            (Gateway, "if (options.IsRestored)",
                "if (false)")),
        new("G5: dormancy is not stored",
            (Gateway, "Save(device with { Confirmed = Dormant(", "Put(device with { Confirmed = Dormant("),
            (Gateway, "Met = Dormant(device.Met) }, null);", "Met = Dormant(device.Met) });")),
        new("same answer: a repeated R1 gets another R2",
            (Openings, """
                        if (FindAnswer(frame, out answer))
                        {
                            return true;
                        }

                        string rid
                """,
                """
                        answer = null;
                        string rid
                """),
            (Openings, "if (nd <= root.ResumedNd)",
                "if (nd < root.ResumedNd)")),
        new("same answer: a repeated KK1 gets another KK2",
            (Openings, """
                        if (FindAnswer(frame, out answer))
                        {
                            return true;
                        }

                        SecondLimit limit
                """,
                """
                        answer = null;
                        SecondLimit limit
                """),
            (Openings, "device.Met == null || nd > device.Met.Nd",
                "device.Met == null || nd >= device.Met.Nd")),
        new("R1 in any order under one root",
            (Openings, "if (nd <= root.ResumedNd)",
                "if (false)")),
        new("KK1 in any order",
            (Openings, "device.Met == null || nd > device.Met.Nd",
                "device.Met == null || nd > 0")),
        new("the old root is given up at R1",
            (Openings, "with { Next = NewRoot(device.Peer, next, sid, frame[0], nd, frame, r2) };",
                "with { Confirmed = NewRoot(device.Peer, next, sid, frame[0], nd, frame, r2), Next = null };"),
            (Openings, "answer = Answered(proved.Next);",
                "answer = Answered(proved.Confirmed!);")),
        new("the old root is given up at KK1",
            (Openings, "Met = NewRoot(device.Peer, met, sid, frame[0], nd, frame, kk2),",
                "Confirmed = NewRoot(device.Peer, met, sid, frame[0], nd, frame, kk2),"),
            (Openings, "answer = Answered(answered.Met);",
                "answer = Answered(answered.Confirmed!);")),
        new("one number for R, KK and XX",
            (Openings, "if (nd <= root.ResumedNd)",
                "if (nd <= device.Known)"),
            (Openings, "proved = Replace(proved, root, resumed) with { Next",
                "proved = Replace(proved, root, resumed) with { Known = nd, Next"),
            (Openings, """
                                Changes = ++_changes,
                            };
                            Save(answered, null);
                """,
                """
                                Known = nd,
                            };
                            Save(answered, null);
                """),
            (Openings, "nd > device.Known && (device.Met == null || nd > device.Met.Nd",
                "nd > device.Known && (true || nd > device.Met.Nd"),
            (Openings, "half.Began < device.Changes && !IsInOrder",
                "!IsInOrder"),
            (Openings, "Known = Math.Min(device.Known, met.Nd == 0 ? 0 : met.Nd - 1),",
                "Known = met.Nd,")),
        new("XX3 by order of numbers alone",
            (Openings, "half.Began < device.Changes && !IsInOrder",
                "!IsInOrder")),
        new("known is not lowered by XX",
            (Openings, "Known = Math.Min(device.Known, met.Nd == 0 ? 0 : met.Nd - 1),",
                "Known = device.Known,")),
        new("what was opened counts as taken",
            (Gateway, """
                if (taken != null)
                        {
                            TakenMap map
                """,
                """
                {
                            TakenMap map
                """)),
        new("a message 1 displaces a half-open",
            (Openings, "_halfOpens.Count(one => one.Hid == hid) >= MaxHalfOpensOfHid",
                "_halfOpens.RemoveAll(one => one.Hid == hid) < 0")),
        new("late acknowledgements count",
            (Session, "if (hasAck && isNew)",
                "if (hasAck)")),
        new("far by what is heard, not by what is acknowledged",
            (Session, """
                if (isNew)
                            {
                                News++;
                """,
                """
                if (isNew)
                            {
                                _heard = _next;
                                News++;
                """)),
        new("no end to what is unacknowledged",
            (Session, "return FarOf(_next + _options.Reserve) >= FrameRecord.FarLimit;",
                "return false;")),
        new("the gateway's window",
            (Gateway, """
                                    window.Mark(number);
                                    Act(
                """,
                "                    Act(")),
        new("the device's window",
            (Session, """
                            _window.Mark(number);

                            // a late one
                """,
                "            // a late one")),
        new("a record before the last goes on",
            ("FrameRecord.cs", "if (_isOlder && Nd != 0)",
                "if (false)")),
        new("G5: a copy of the file is not noticed",
            (Store, "(options.IsRestored || !isSame)",
                "options.IsRestored")),
        new("G5: sessions of a file that went back go on",
            (Store, """
                                if (IsRestored)
                                {
                                    Write(device
                """,
                """
                                if (false)
                                {
                                    Write(device
                """)),
        new("a copy's airtime counts as what was used",
            (Store, "Execute($\"DELETE FROM note WHERE name GLOB '{FrameRadio.Note}*'\");",
                "")),
        new("a file does not keep that it went back",
            (Store, "WriteNote(FrameRadio.CopiedNote, incarnation);",
                "")),
        new("a store does not keep that it went back",
            (Gateway, "options.Store.WriteNote(FrameRadio.CopiedNote, [1]);",
                "")),
        new("a radio goes on with a copy's airtime",
            (Radio, "if (_isCopy || (!isThere",
                "if ((!isThere")),
        new("a radio that a copy does not know has its hour",
            (Radio, "if (_isCopy || (!isThere && _store!.ReadNote(CopiedNote) != null))",
                "if (_isCopy)")),
        new("acknowledged messages are in one file alone",
            (Store, """
                                if (HasOutside)
                                {
                                    Put(
                """,
                """
                                if (false)
                                {
                                    Put(
                """)),
        new("what was acknowledged since a copy is not taken over",
            (Store, "if (HasOutside && IsRestored)",
                "if (false)")),
        new("what a copy has is taken over once more",
            (Store, "WHERE known.peer = one.peer AND known.number = one.number)",
                "WHERE false)")),
        new("what is in the mesh stays in the second file",
            (Store, "(HasOutside ? [\"main\", \"outside\"] : [\"main\"])",
                "([\"main\"])")),
        new("first contact does not name whom it is for",
            (States, ": _session.OpenNew(_gateways.Count > 0 ? _gateways.Id(_gateway) : _options.Meets);",
                ": _session.OpenNew(_gateways.Count > 0 ? _gateways.Id(_gateway) : null);")),
        new("a stranger is not asked for",
            (States, "!mayMeet || !_events.OnStranger(this, card)",
                "!mayMeet || (_events.OnStranger(this, card) && false)")),
        new("what a stranger's answer did is not taken back",
            (Attempts, "Handshake.TakeBack();",
                "")),
        new("strangers are met for ever",
            (States, "bool mayMeet = _gateways.Count == 0 && _now < _meetUntil;",
                "bool mayMeet = _gateways.Count == 0;"),
            (States, "(_gateways.Count == 0 && _now >= _meetUntil)",
                "false")),
        new("who has a gateway meets strangers",
            (States, "bool mayMeet = _gateways.Count == 0 && _now < _meetUntil;",
                "bool mayMeet = _now < _meetUntil;")),
        new("every start may meet",
            (States, "_meetUntil = isByHand && _options.MayMeet ?",
                "_meetUntil = isByHand ?")),
        new("first contact that is not admitted is not told",
            (Openings, """
                half.Refusal = End(met, [FrameInner.Close, 1]);
                            _options.OnRefused(peer);
                """,
                "half.Refusal = End(met, [FrameInner.Close, 1]);")),
        new("a known device that is not admitted is not told",
            (Openings, """
                if (!isAdmitted)
                            {
                                _options.OnRefused(device.Peer);
                            }
                """,
                "")),
        new("a known device that is admitted is told as refused",
            (Openings, """
                if (!isAdmitted)
                            {
                                _options.OnRefused(device.Peer);
                """,
                """
                {
                                _options.OnRefused(device.Peer);
                """)),
        new("an unknown device is not told",
            (Openings, "_options.OnRefused(null);",
                "")),
    ];
}
