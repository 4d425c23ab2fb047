using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core
{
    // How a connection begins: a link is accepted, or one address after another is dialled.
    public sealed partial class Connection
    {
        internal void Accept(IStreamLink link)
        {
            Begin(true, null, null);
            _link = link;
            Secure();
        }

        internal void Dial(Multiaddr[] addresses, PeerId expected)
        {
            Begin(false, addresses, expected);

            // a driver that throws leaves the connection free
            DialNext(0);
            _state = ConnectionState.Dialing;
        }

        private void Begin(bool inbound, Multiaddr[] addresses, PeerId expected)
        {
            _serial++;
            _inbound = inbound;
            _addresses = addresses;
            _addressIndex = 0;
            _peer = expected;
            _remoteIdCount = 0;
#if !NANOFRAMEWORK_1_0
            _usedEarlyMuxer = false;
            if (Yamux == null)
            {
                Make();
            }
#endif
            _closeReason = CloseReason.None;
            _closeDetail = 0;
            _wasOpen = false;
            _linkEnded = false;
            _plainCount = 0;
            Large = _node.Large;
            _receive.Reset();
            _send.Reset();
            Taken();
        }

        private void StepDial(long nowMs)
        {
            switch (_link.State)
            {
                case LinkState.Open:
                    Secure();
                    break;
                case LinkState.Connecting:
                    if (_deadline == NotStarted)
                    {
                        SetDeadline(CloseReason.DialFailed, _node.Options.DialTimeoutMs);
                    }
                    else if (nowMs >= _deadline)
                    {
                        NextAddress(LinkError.TimedOut);
                    }

                    break;
                default:
                    NextAddress(_link.Error);
                    break;
            }
        }

        private void NextAddress(LinkError error)
        {
            _link.Close();
            if (_addressIndex + 1 < _addresses.Length)
            {
                DialNext(_addressIndex + 1);
            }
            else
            {
                Close(CloseReason.DialFailed, (int)error);
            }
        }

        private void DialNext(int index)
        {
            _addressIndex = index;
            _deadline = NotStarted;
            Multiaddr address = _addresses[index];
            INameDialer dialer = _node.Transport as INameDialer;
            _link = dialer == null ? _node.Transport.Dial(address.Host, address.Port)
                : dialer.Dial(address.Host, address.Port, address.NameAddressBytes);
        }

        // The initiator says all it can at once: header, /noise and the first Noise message. A caller has a short time for its first byte.
        private void Secure()
        {
            NodeOptions options = _node.Options;
            _state = ConnectionState.Securing;
            _begun = _node.NowMs;
            Heard();
            if (_inbound)
            {
                if (options.FirstByteTimeoutMs < options.HandshakeTimeoutMs)
                {
                    SetDeadline(CloseReason.HandshakeTimeout, options.FirstByteTimeoutMs);
                }

                FirstNegotiation.Listen(1u << ProtocolTable.Noise);
            }
            else
            {
                FirstNegotiation.Dial(ProtocolTable.Noise);
                TransmitNegotiation();
                BeginHandshake();
            }
        }
    }
}
