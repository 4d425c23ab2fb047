using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames.Gateway;

// Handshakes and resumptions: three roots, the order of attempts (SPEC.md 5.4), half-opens (5.5, H2).
public sealed partial class FrameGateway
{
    // devices that came by XX and have proved no root yet
    private const int MaxStrangers = 256;
    private const int MaxHalfOpens = 64;
    private const int MaxHalfOpensOfRadio = 32;
    private const int MaxHalfOpensOfAddress = 4;
    private const int MaxHalfOpensOfHid = 4;
    private static readonly TimeSpan _halfOpenTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _halfOpenTimeOnAir = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _proofTime = TimeSpan.FromHours(1);

    private readonly List<HalfOpen> _halfOpens = [];

    // XX1 and KK1 of a link's address; R1 that fail, of an id
    private readonly SecondLimit _openings = new(20, 500);

    // KK1 where anybody may send with anybody's address (SPEC.md 14): a flood there takes nothing of the radios' share
    private readonly SecondLimit _knocks = new(20, 100);
    private readonly SecondLimit _resumptions = new(32, 500);

    // pauses are of time that passed: the wall clock may be set
    private TimeSpan Running => _options.Time.GetElapsedTime(_started);

    private DateTimeOffset Now => _options.Time.GetUtcNow();

    private uint UnixSeconds => (uint)Math.Clamp(Now.ToUnixTimeSeconds(), 0, uint.MaxValue);

    private bool ReceiveControl(byte[] frame, FrameLinkInfo link, out byte[]? answer)
    {
        answer = null;
        bool isShort = (frame[0] & FrameHead.Short) != 0;
        if (isShort && !link.IsBoundedByAir)
        {
            return false;
        }

        switch (FrameHead.Type(frame, 0))
        {
            case FrameHead.R1 when frame.Length == FrameSecrets.R1Bytes:
                return ReceiveR1(frame, out answer);
            case FrameHead.KK1 when frame.Length == FrameHandshake.KK1Bytes:
                return ReceiveKK1(frame, link, out answer);
            case FrameHead.XX1 or FrameHead.XX3 when link.Radio is { TakesStrangers: false }:
                return false;
            case FrameHead.XX1 when frame.Length == FrameHandshake.XX1Bytes:
                return ReceiveXX1(frame, link, out answer);
            case FrameHead.XX3 when frame.Length == FrameHandshake.XX3Bytes:
                return ReceiveXX3(frame, out answer);
            default:
                return false;
        }
    }

    // whoever has an IPv6 address has all of its /64
    private static string Place(string address)
        => !IPAddress.TryParse(address, out IPAddress? ip) || ip.AddressFamily != AddressFamily.InterNetworkV6 ? address
            : ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4().ToString() : Convert.ToHexString(ip.GetAddressBytes(), 0, 8);

    // H4: the bytes that made a root get the answer that was kept with it
    private bool FindAnswer(byte[] frame, out byte[]? answer)
    {
        answer = null;
        foreach (FrameRoot root in _index.WithRequest(frame).SelectMany(peer => RootsOf(_devices[peer])))
        {
            if (root.Request.AsSpan().SequenceEqual(frame))
            {
                LiveRoot live = Live(root);
                if (live.Answers < MaxAnswers && Running - live.AnsweredAt >= _answerPause)
                {
                    live.Answers++;
                    live.AnsweredAt = Running;
                    answer = root.Answer;
                }

                return true;
            }
        }

        return false;
    }

    private bool ReceiveR1(byte[] frame, out byte[]? answer)
    {
        if (FindAnswer(frame, out answer))
        {
            return true;
        }

        string rid = Convert.ToHexString(frame, 1, FrameSecrets.RidBytes);
        if (_resumptions.IsOver(rid, Now))
        {
            return false;
        }

        foreach (PeerId peer in _index.WithRid(frame.AsSpan(1)))
        {
            FrameDevice device = _devices[peer];
            foreach (FrameRoot root in RootsOf(device))
            {
                if (!_options.Admits(device.Peer) || !frame.AsSpan(1, FrameSecrets.RidBytes).SequenceEqual(Live(root).Rid)
                    || !_secrets.ReadR1(root.Root, 0, frame, 0, out uint nd))
                {
                    continue;
                }

                // it proves its root, and then the order decides
                FrameDevice proved = Prove(device, root);
                if (nd <= root.ResumedNd)
                {
                    if (!ReferenceEquals(proved, device))
                    {
                        Save(proved, null);
                    }

                    return false;
                }

                if (NewSid() is not { } sid)
                {
                    return false;
                }

                byte[] r2 = new byte[FrameSecrets.R2Bytes];
                _secrets.WriteR2(root.Root, 0, frame, 0, UnixSeconds, RandomUInt32(), sid, r2, 0);
                byte[] next = new byte[FrameSecrets.RootBytes];
                _secrets.DeriveNext(root.Root, 0, frame, 0, r2, 0, next, 0);
                FrameRoot resumed = root with { ResumedNd = nd };
                proved = Replace(proved, root, resumed) with { Next = NewRoot(device.Peer, next, sid, frame[0], nd, frame, r2) };
                Save(proved, null);
                answer = Answered(proved.Next);
                return true;
            }
        }

        _resumptions.Count(rid);
        return false;
    }

    private bool ReceiveKK1(byte[] frame, FrameLinkInfo link, out byte[]? answer)
    {
        if (FindAnswer(frame, out answer))
        {
            return true;
        }

        SecondLimit limit = link.Radio is { TakesStrangers: false } ? _knocks : _openings;
        string place = Place(link.Address);
        if (limit.IsOver(place, Now))
        {
            return false;
        }

        limit.Count(place);
        foreach (PeerId peer in _index.WithHint(frame.AsSpan(FrameHandshake.HeadBytes)))
        {
            FrameDevice device = _devices[peer];
            if (!_handshake.ReadKK1([.. frame], 0, frame.Length, device.Peer, _options.Identity.PeerId, _static, device.StaticKey,
                out uint nd))
            {
                continue;
            }

            byte[] kk2 = new byte[FrameHandshake.KK2Bytes];
            bool isAdmitted = _options.Admits(device.Peer);
            if (!isAdmitted)
            {
                _options.OnRefused(device.Peer);
            }

            if (!IsInOrder(device, nd) || !isAdmitted || NewSid() is not { } sid
                || !_handshake.WriteKK2(frame[0], FrameHandshake.Hid(frame, 0), NewEphemeral(), UnixSeconds, sid, kk2, 0))
            {
                _handshake.Noise.Clear();
                return false;
            }

            byte[] met = new byte[FrameSecrets.RootBytes];
            _secrets.TakeRoot(_handshake.Noise, met, 0);
            FrameDevice answered = device with
            {
                Met = NewRoot(device.Peer, met, sid, frame[0], nd, frame, kk2),
                Changes = ++_changes,
            };
            Save(answered, null);
            answer = Answered(answered.Met);
            return true;
        }

        _options.OnRefused(null);
        return false;
    }

    private bool ReceiveXX1(byte[] frame, FrameLinkInfo link, out byte[]? answer)
    {
        answer = null;
        _halfOpens.RemoveAll(one => Running - one.UsedAt >= (one.Link.IsBoundedByAir ? _halfOpenTimeOnAir : _halfOpenTime));
        HalfOpen? half = _halfOpens.Find(one => one.First.AsSpan().SequenceEqual(frame));
        if (half == null)
        {
            if (_openings.IsOver(link.Address, Now))
            {
                return false;
            }

            _openings.Count(link.Address);
            byte[] hint = new byte[2];
            _handshake.WriteHint(_options.Identity.PeerId, hint, 0, 2);
            bool isMeant = frame.AsSpan(FrameHandshake.HeadBytes, 2).SequenceEqual(hint)
                || (frame[FrameHandshake.HeadBytes] == 0 && frame[FrameHandshake.HeadBytes + 1] == 0 && !link.IsBoundedByAir);
            int hid = FrameHandshake.Hid(frame, 0);
            int ofAddress = link.Address.Length == 0 ? 4 * MaxHalfOpensOfAddress : MaxHalfOpensOfAddress;
            FrameHandshake handshake = new(_secrets);
            if (!isMeant || _halfOpens.Count >= MaxHalfOpens
                || _halfOpens.Count(one => ReferenceEquals(one.Link.Radio, link.Radio)) >= MaxHalfOpensOfRadio
                || _halfOpens.Count(one => one.Hid == hid) >= MaxHalfOpensOfHid
                || _halfOpens.Count(one => one.Link == link) >= ofAddress || !handshake.ReadXX1([.. frame], 0, frame.Length, _static))
            {
                return false;
            }

            byte[] xx2 = new byte[FrameHandshake.XX2Bytes];
            if (NewSid() is not { } sid || !handshake.WriteXX2(frame[0], hid, NewEphemeral(), UnixSeconds, sid, _card, xx2, 0))
            {
                return false;
            }

            half = new HalfOpen(frame, xx2, handshake, sid, link, _changes) { UsedAt = Running - _answerPause };
            _halfOpens.Add(half);
        }

        // whose XX3 has opened is past this
        answer = half.Third == null ? Again(half, half.Answer) : null;
        return true;
    }

    private bool ReceiveXX3(byte[] frame, out byte[]? answer)
    {
        if (FindAnswer(frame, out answer))
        {
            return true;
        }

        int hid = FrameHandshake.Hid(frame, 0);
        foreach (HalfOpen half in _halfOpens.FindAll(one => one.Hid == hid))
        {
            if (half.Third == null && !Open(half, frame))
            {
                continue;
            }

            if (half.Third.AsSpan().SequenceEqual(frame))
            {
                answer = half.Met == null ? Again(half, half.Refusal!) : Meet(half, half.Met);
                return true;
            }
        }

        return false;
    }

    // XX3 ends Noise: what it made stays with the half-open until the store has it
    private bool Open(HalfOpen half, byte[] frame)
    {
        FrameHandshake handshake = half.Handshake;
        if (!handshake.ReadXX3(half.First[0], half.Hid, [.. frame], 0, frame.Length, out uint nd))
        {
            return false;
        }

        PeerId peer = PeerId.FromEd25519(handshake.Card, FrameCard.KeyAt + 4);
        FrameDevice? device = Known(peer, handshake.Card, handshake.Noise.RemoteStatic);
        byte[] root = new byte[FrameSecrets.RootBytes];
        _secrets.TakeRoot(handshake.Noise, root, 0);
        FrameRoot met = NewRoot(peer, root, half.Sid, frame[0], nd, frame, []);
        half.Third = frame;
        half.Peer = peer;
        half.Answers = 0;
        half.UsedAt = Running - _answerPause;
        if (device == null || !_options.Admits(peer) || !HasRoomFor(device))
        {
            half.Refusal = End(met, [FrameInner.Close, 1]);
            _options.OnRefused(peer);
        }
        else
        {
            half.Met = met;
        }

        return true;
    }

    private byte[]? Meet(HalfOpen half, FrameRoot met)
    {
        FrameHandshake handshake = half.Handshake;
        FrameDevice? device = Known(half.Peer!, handshake.Card, handshake.Noise.RemoteStatic);

        // any number when nothing has changed since it began; else as KK1
        if (device == null || (half.Began < device.Changes && !IsInOrder(device, met.Nd)))
        {
            _halfOpens.Remove(half);
            return null;
        }

        byte[] notice = new byte[6];
        notice[0] = FrameInner.Notice;
        notice[1] = 6;
        Bytes.WriteUInt32BigEndian(notice, 2, device.Known);
        met = met with { Answer = End(met, met.Nd > device.Known ? [FrameInner.Ping] : notice) };
        Save(device with
        {
            Met = met,
            Known = Math.Min(device.Known, met.Nd == 0 ? 0 : met.Nd - 1),
            Changes = ++_changes,
        }, null);
        _halfOpens.Remove(half);
        byte[] end = Answered(met);
        Live(met).NextNumber = 1;
        return end;
    }

    // the same bytes, sixteen times and a second apart (H4)
    private byte[]? Again(HalfOpen half, byte[] answer)
    {
        if (half.Answers >= MaxAnswers || Running - half.UsedAt < _answerPause)
        {
            return null;
        }

        half.Answers++;
        half.UsedAt = Running;
        return answer;
    }

    // a number that was forged by who stole the gateway's key holds an hour; no device is locked out
    private bool IsInOrder(FrameDevice device, uint nd) => nd > device.Known && (device.Met == null || nd > device.Met.Nd
        || (IsPast(device.Met.Made, _proofTime) && nd != device.Met.Nd));

    // what was made in the future was made before the clock was set back
    private bool IsPast(DateTimeOffset made, TimeSpan time) => Now < made || Now - made >= time;

    // of those that nobody provisioned and that have proved nothing, the oldest gives way after an hour
    private bool HasRoomFor(FrameDevice device)
    {
        if (device.IsRemembered || _devices.ContainsKey(device.Peer))
        {
            return true;
        }

        List<FrameDevice> strangers = [.. _devices.Values.Where(one => !one.IsRemembered && one.Confirmed == null)];
        if (strangers.Count < MaxStrangers)
        {
            return true;
        }

        FrameDevice oldest = strangers.MinBy(one => one.Met?.Made ?? DateTimeOffset.MinValue)!;
        if (oldest.Met != null && !IsPast(oldest.Met.Made, _proofTime))
        {
            return false;
        }

        Forget(oldest.Peer);
        return true;
    }

    // the gateway's frame number 0 under a root that is not proved: the one that it sends then
    private byte[] End(FrameRoot root, byte[] inner)
    {
        inner.CopyTo(_frame, SessionKeys.RoomBefore + FrameHead.HeadBytes);
        SessionKeys keys = new(_secrets);
        keys.Set(root.Root, 0, root.IsShort);
        int count = keys.Seal(false, 0, root.Sid, _frame, SessionKeys.RoomBefore, inner.Length);
        return _frame.AsSpan(SessionKeys.RoomBefore, count).ToArray();
    }

    private byte[] Answered(FrameRoot root)
    {
        // of the numbers that were stored with it none is used
        LiveRoot live = Live(root);
        live.NextNumber = 0;
        live.Heard = 0;
        live.Answers++;
        live.AnsweredAt = Running;
        return root.Answer;
    }

    // G2: with its sid, an empty window, its number, the time, request and answer, and numbers set aside
    private FrameRoot NewRoot(PeerId peer, byte[] root, int sid, int choices, uint nd, byte[] request, byte[] answer)
        => new(root, sid, (choices & FrameHead.Short) != 0)
        {
            IsListening = (choices & FrameHead.Listening) != 0,
            Nd = nd,
            Request = request,
            Answer = answer,
            Made = Now,
            Reserved = _options.Reserve,
            IsKept = _options.IsKept(peer),
        };

    // null when its card is older than one that was seen, or another of the same index
    private FrameDevice? Known(PeerId peer, byte[] card, byte[] staticKey)
    {
        if (!_devices.TryGetValue(peer, out FrameDevice? device))
        {
            return new FrameDevice(peer, [.. staticKey], card[0]);
        }

        return card[0] > device.CardIndex ? device with { StaticKey = [.. staticKey], CardIndex = card[0] }
            : card[0] == device.CardIndex && staticKey.AsSpan().SequenceEqual(device.StaticKey) ? device
            : null;
    }

    private KeyPair NewEphemeral()
    {
        KeyPair key = new();
        key.Generate(_options.Crypto, _options.Random);
        return key;
    }

    private uint RandomUInt32()
    {
        byte[] bytes = new byte[4];
        _options.Random.Fill(bytes, 0, 4);
        return Bytes.ReadUInt32BigEndian(bytes, 0);
    }

    // at random among those with fewer than 8 sessions; null when there is hardly one left
    private int? NewSid()
    {
        for (int i = 0; i < 64; i++)
        {
            int sid = (int)(RandomUInt32() & (FrameHead.Sids - 1));
            if (_index.WithSid(sid).Count < 8)
            {
                return sid;
            }
        }

        return null;
    }
}
