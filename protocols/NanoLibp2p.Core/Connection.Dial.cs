using NanoLibp2p.Core.Multiformats;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Core
{
    // How a connection begins: a link is accepted, or one address after another is dialled.
    public sealed partial class Connection
    {
        internal void Accept(IStreamLink link, long nowMs)
        {
            Begin(true, null, null);
            _link = link;
            Secure(nowMs);
        }

        internal void Dial(Multiaddr[] addresses, PeerId expected, long nowMs)
        {
            Begin(false, addresses, expected);
            _state = ConnectionState.Dialing;
            DialNext(0, nowMs);
        }

        private void Begin(bool inbound, Multiaddr[] addresses, PeerId expected)
        {
            _serial++;
            _inbound = inbound;
            _addresses = addresses;
            _addressIndex = 0;
            _expected = expected;
            _remotePeer = null;
            _remoteIdCount = 0;
            _usedEarlyMuxer = false;
            _closeReason = CloseReason.None;
            _closeDetail = 0;
            _wasOpen = false;
            _linkEnded = false;
            _pingSent = false;
            _plainCount = 0;
            _receive.Reset();
            _send.Reset();
        }

        private void StepDial(long nowMs)
        {
            switch (_link.State)
            {
                case LinkState.Open:
                    Secure(nowMs);
                    break;
                case LinkState.Connecting:
                    if (nowMs >= _deadline)
                    {
                        NextAddress(LinkError.TimedOut, nowMs);
                    }

                    break;
                default:
                    NextAddress(_link.Error, nowMs);
                    break;
            }
        }

        private void NextAddress(LinkError error, long nowMs)
        {
            _link.Close();
            if (_addressIndex + 1 < _addresses.Length)
            {
                DialNext(_addressIndex + 1, nowMs);
            }
            else
            {
                Fail(CloseReason.DialFailed, (int)error);
            }
        }

        private void DialNext(int index, long nowMs)
        {
            _addressIndex = index;
            _deadline = nowMs + _node.Options.DialTimeoutMs;
            _link = _node.Transport.Dial(_addresses[index].Host, _addresses[index].Port);
        }

        // Waits for a handshake of the node's to be free: there are MaxHandshakes of them.
        private void Secure(long nowMs)
        {
            _state = ConnectionState.Securing;
            _deadline = nowMs + _node.Options.HandshakeTimeoutMs;
            _lastHeard = nowMs;
            BeginHandshake();
        }
    }
}
