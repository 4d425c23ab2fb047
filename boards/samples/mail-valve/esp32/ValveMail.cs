using System.Text;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Mail;

namespace NanoLibp2p.Samples
{
    /// <summary>
    /// Obeys <c>open</c> and <c>close</c> that came sealed to this board under the subject <c>valve</c>; whose mail is taken at all, the
    /// settings say. A command is in the board's store before it is obeyed, and obeyed once, whatever happens in between: only when the
    /// power went while the valve moved, it moves again, to where it was going.
    /// </summary>
    public sealed class ValveMail : MailHandler
    {
        /// <summary>What commands are about: of this subject only the newest counts.</summary>
        public const string Subject = "valve";

        private readonly Board _board;
        private readonly Valve _valve;
        private readonly byte[] _subject = Encoding.UTF8.GetBytes(Subject);
        private readonly byte[] _open = Encoding.UTF8.GetBytes("open");
        private readonly byte[] _close = Encoding.UTF8.GetBytes("close");

        /// <summary>Makes a handler.</summary>
        public ValveMail(Board board, Valve valve)
        {
            _board = board;
            _valve = valve;
        }

        /// <inheritdoc/>
        public override bool Wants(Postbox.Mail mail)
        {
            return Says(mail.Buffer, mail.SubjectOffset, mail.SubjectCount, _subject);
        }

        /// <inheritdoc/>
        public override void OnMail(Postbox.Mail mail)
        {
            bool open = Says(mail.Buffer, mail.Offset, mail.BodyBytes, _open);
            if (open || Says(mail.Buffer, mail.Offset, mail.BodyBytes, _close))
            {
                _valve.Set(open);
            }
            else if (mail.BodyOffset == 0 && _board.Log != null)
            {
                _board.Log.Write("not obeyed: neither open nor close");
            }
        }

        private static bool Says(byte[] buffer, int offset, int count, byte[] word)
        {
            bool same = count == word.Length;
            for (int i = 0; same && i < count; i++)
            {
                same = buffer[offset + i] == word[i];
            }

            return same;
        }
    }
}
